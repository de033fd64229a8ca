using BleepStore.Metadata;
using BleepStore.Metadata.Memory;
using BleepStore.Metadata.Sqlite;

namespace BleepStore.Tests.Metadata;

/// <summary>Makes stores of one engine for the contract suites, and cleans up after them.</summary>
public interface ITestEngine : IDisposable
{
    IMetadataStore Open();
}

/// <summary>Stores in memory.</summary>
public sealed class MemoryEngine : ITestEngine
{
    public IMetadataStore Open() => new MemoryMetadataStore();

    public void Dispose()
    {
    }
}

/// <summary>Stores in a directory of their own.</summary>
public sealed class SqliteEngine : ITestEngine
{
    private readonly TemporaryDirectory _directory = new();

    public IMetadataStore Open() => new SqliteMetadataStore(new SqliteMetadataOptions { Path = _directory.Path, ReserveBytes = 0 });

    public void Dispose() => _directory.Dispose();
}

/// <summary>A directory that goes away with the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("bleepstore-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
