using System.Globalization;
using BleepStore.Storage;
using BleepStore.Storage.FileSystem;
using BleepStore.Storage.Local;
using BleepStore.Storage.Local.Packs;

namespace BleepStore.Tests.Storage.Local;

/// <summary>A claimed local storage in a directory of its own, with a file system that can be made to fail.</summary>
internal sealed class LocalStore : IAsyncDisposable
{
    public const string StoreId = "00112233445566778899aabbccddeeff";

    private readonly TemporaryDirectory? _directory;
    private readonly PackOptions? _packs;
    private BlobIdSource _ids = new(0, 0);

    /// <summary>Opens a storage in a new directory; with null for <paramref name="packs"/> each blob has a file.</summary>
    public LocalStore(ICrashPoints? crashPoints = null, PackOptions? packs = null, string? root = null)
    {
        _directory = root is null ? new TemporaryDirectory() : null;
        Root = root ?? _directory!.Path;
        _packs = packs;
        FileSystem = new FaultyFileSystem(new PhysicalFileSystem(FatalErrors), FatalErrors);
        Storage = Open(crashPoints);
    }

    public RecordingFatalErrors FatalErrors { get; } = new();

    public FaultyFileSystem FileSystem { get; }

    public LocalObjectStorage Storage { get; private set; }

    public PackStore Packs => Storage.Packs;

    public string Root { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public BlobAddress Address(bool isPart = false) => new("bucket", "key", _ids.Next(), isPart);

    public ValueTask<StoredBlob> WriteAsync(int length) => Storage.WriteAsync(Address(), new TestSource(length), length, Token);

    /// <summary>The pack that a blob lies in, and the offset of its entry there when it was written.</summary>
    public (string Path, long Offset) PackOf(StoredBlob blob)
    {
        PackLocator.TryParse(blob.Locator, out var locator).ShouldBeTrue();
        return (Path.Combine(Root, "packs", locator.Pack.ToString("x16", CultureInfo.InvariantCulture) + ".pack"), locator.Home);
    }

    public string[] PackFiles() => [.. Directory.GetFiles(Path.Combine(Root, "packs"), "*.pack").Order(StringComparer.Ordinal)];

    public string FileOf(StoredBlob blob) => FileOf(blob.Id);

    public string FileOf(BlobId id)
    {
        string name = id.ToString();
        return Path.Combine(Root, name[^2..], name);
    }

    public async Task<byte[]?> ReadAsync(StoredBlob blob, long offset, long length, int bufferSize = 64 * 1024)
    {
        await using var stream = await Storage.OpenAsync(blob, offset, length, Token);
        if (stream is null)
        {
            return null;
        }

        var bytes = new byte[length];
        int total = 0;
        int read;
        while ((read = await stream.ReadAsync(bytes.AsMemory(total, (int)Math.Min(bufferSize, length - total)), Token)) > 0)
        {
            total += read;
        }

        return bytes[..total];
    }

    /// <summary>Files whose writes did not end.</summary>
    public string[] Leftovers() =>
        [.. Directory.GetFiles(Path.Combine(Root, ".tmp")), .. Directory.GetFiles(Path.Combine(Root, ".multipart"))];

    public async Task<List<StoredBlob>> ListAsync()
    {
        var blobs = new List<StoredBlob>();
        await foreach (var blob in Storage.ListAsync(Token))
        {
            blobs.Add(blob);
        }

        return blobs;
    }

    /// <summary>What the next process finds.</summary>
    public async Task RestartAsync()
    {
        await Storage.DisposeAsync();
        Storage = Open(null);
    }

    public async ValueTask DisposeAsync()
    {
        await Storage.DisposeAsync();
        _directory?.Dispose();
    }

    private LocalObjectStorage Open(ICrashPoints? crashPoints)
    {
        var root = StorageRoot.Open(FileSystem, Root);
        root.Claim(StoreId, root.HighestBoot + 1);
        _ids = new BlobIdSource(0, root.HighestBoot);
        return new LocalObjectStorage(root, crashPoints, _packs);
    }
}
