using System.Globalization;
using BleepStore.Tests.Processes;

namespace BleepStore.Tests.Crash.Recording;

/// <summary>Records into one trace what servers do to the files below a root, one server after the other: <c>recorder.c</c>.</summary>
internal sealed class FileRecorder
{
    private readonly string _library;
    private readonly string _root;

    private FileRecorder(string library, string root, string trace)
    {
        _library = library;
        _root = root;
        TracePath = trace;
    }

    public string TracePath { get; }

    /// <summary>Length of the trace: whatever was done before now ends at or before it.</summary>
    public long Position => new FileInfo(TracePath).Length;

    private string KillFile => TracePath + ".kill";

    /// <summary>Makes the recorder; library and trace are put into <paramref name="directory"/>, outside of the root.</summary>
    public static async Task<FileRecorder> CompileAsync(string directory, string root, CancellationToken cancellationToken)
    {
        var source = Path.Combine(RepositoryPaths.Root, "BleepStore.Tests", "Crash", "Recording", "recorder.c");
        var library = await PreloadedLibrary.CompileAsync(source, directory, cancellationToken);
        return new FileRecorder(library, root, Path.Combine(directory, "trace"));
    }

    /// <summary>The environment of a server that is to be recorded.</summary>
    /// <param name="killAfter">Number of the change after which it is killed; null for none.</param>
    /// <param name="killPath">Path below the root whose making kills it; null for none.</param>
    public Dictionary<string, string?> Environment(int? killAfter = null, string? killPath = null) => new()
    {
        ["LD_PRELOAD"] = _library,
        ["RECORDER_ROOT"] = _root,
        ["RECORDER_TRACE"] = TracePath,
        ["RECORDER_KILL_AFTER"] = killAfter?.ToString(CultureInfo.InvariantCulture),
        ["RECORDER_KILL_PATH"] = killPath,
    };

    /// <summary>
    /// Kills the server as SIGKILL does, at its next change. From outside it could die between a change and its record, and the trace would lack
    /// what the disk has.
    /// </summary>
    public void Kill() => File.WriteAllBytes(KillFile, []);

    /// <summary>Lets servers live again.</summary>
    public void Spare() => File.Delete(KillFile);
}
