using System.Globalization;
using System.Reflection.Metadata;

namespace BleepStore.Tests.Mutation;

/// <summary>Tells where in the source an instruction of a compiled assembly was written.</summary>
internal sealed class SourceLines(string assembly) : IDisposable
{
    private readonly MetadataReaderProvider _symbols = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(assembly, ".pdb")));

    /// <summary>File and line.</summary>
    /// <param name="method">The method the instruction is in.</param>
    /// <param name="offset">Its place there.</param>
    public string Find(MethodDefinitionHandle method, int offset)
    {
        var symbols = _symbols.GetMetadataReader();
        var points = symbols.GetMethodDebugInformation(method).GetSequencePoints().Where(point => !point.IsHidden && point.Offset <= offset).ToList();
        return points is [.., var last]
            ? string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(symbols.GetString(symbols.GetDocument(last.Document).Name))}:{last.StartLine}")
            : "?";
    }

    public void Dispose() => _symbols.Dispose();
}
