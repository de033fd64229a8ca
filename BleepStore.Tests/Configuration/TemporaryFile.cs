namespace BleepStore.Tests.Configuration;

/// <summary>A configuration file for the time of a test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bleepstore-configuration-");

    public TemporaryFile(string content)
    {
        Path = System.IO.Path.Combine(_directory.FullName, "some.yaml");
        File.WriteAllText(Path, content);
    }

    public string Path { get; }

    public void Dispose() => _directory.Delete(recursive: true);
}
