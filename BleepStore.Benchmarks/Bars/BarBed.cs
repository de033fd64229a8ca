using System.Globalization;
using BleepStore.Benchmarks.Load;
using BleepStore.Benchmarks.Wire;

namespace BleepStore.Benchmarks.Bars;

/// <summary>What the bars are measured on: the store with its data directory, bare servers as they are asked for, and the peer if there is one.</summary>
internal sealed class BarBed : IAsyncDisposable
{
    private const string AccessKey = "bleepstore";
    private const string SecretKey = "bleepstore-secret";
    private const string Bucket = "benchmark";

    private readonly string _program;
    private readonly string _directory;
    private readonly Dictionary<string, ChildServer> _spikes = [];
    private ChildServer? _store;
    private ChildServer? _fileStore;

    private BarBed(string program, string directory, LoadTarget? peer)
    {
        _program = program;
        _directory = directory;
        Peer = peer;
    }

    public LoadTarget? Peer { get; }

    public LoadTarget Store => Target("store", _store!, isS3: true);

    /// <summary>The directory that everything is written below.</summary>
    public string DataDirectory => _directory;

    /// <summary>Starts the store in a new directory below <paramref name="parent"/>, over what <paramref name="fill"/> puts into it.</summary>
    public static async Task<BarBed> StartAsync(
        string? program, string parent, LoadTarget? peer, Func<OfflineFill, Task> fill, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateDirectory(Path.Combine(parent, string.Create(CultureInfo.InvariantCulture, $"bleepstore-bars-{Environment.ProcessId}"))).FullName;
        var bed = new BarBed(program ?? Path.Combine(AppContext.BaseDirectory, "bleepstore"), directory, peer);
        try
        {
            // The first start makes the bucket; then the store is filled while nobody serves it.
            await bed.StartStoreAsync(port: 0, cancellationToken);
            var port = bed._store!.Url.Port;
            await bed._store.DisposeAsync();
            await using (var offline = new OfflineFill(bed.MetadataPath, Bucket, AccessKey))
            {
                await fill(offline);
            }

            await bed.StartStoreAsync(port, cancellationToken);
            return bed;
        }
        catch
        {
            await bed.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills the store and starts it again; tells how long it took until it was ready.</summary>
    public async Task<TimeSpan> RestartStoreAsync(CancellationToken cancellationToken)
    {
        var port = _store!.Url.Port;
        await _store.DisposeAsync();
        await StartStoreAsync(port, cancellationToken);
        return _store.ReadyAfter;
    }

    /// <summary>A bare server of that name, started at its first use.</summary>
    public async Task<LoadTarget> SpikeAsync(string name, long sizeBytes, CancellationToken cancellationToken)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{name}-{sizeBytes}");
        if (!_spikes.TryGetValue(id, out var spike))
        {
            string[] arguments = ["spike", name, "--data", _directory, "--size", sizeBytes.ToString(CultureInfo.InvariantCulture)];
            var program = Path.Combine(AppContext.BaseDirectory, "BleepStore.Benchmarks");
            spike = await ChildServer.StartAsync(
                program, arguments, new Dictionary<string, string>(), Path.Combine(_directory, $"ready-{id}.json"), cancellationToken);
            _spikes.Add(id, spike);
        }

        return Target($"spike {name}", spike, isS3: false);
    }

    /// <summary>A second store, all of whose blobs have files of their own; started at its first use.</summary>
    public async Task<LoadTarget> FileStoreAsync(CancellationToken cancellationToken)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_directory, "files")).FullName;
        _fileStore ??= await StartAsync(directory, port: 0, packThreshold: "0", cancellationToken);
        return Target("store without packs", _fileStore, isS3: true);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _spikes.Values.Append(_store).Append(_fileStore).OfType<ChildServer>())
        {
            await server.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private string MetadataPath => MetadataPathIn(_directory);

    private static string MetadataPathIn(string directory) => Path.Combine(directory, "metadata", "metadata.db");

    private async Task StartStoreAsync(int port, CancellationToken cancellationToken)
    {
        _store = null;
        _store = await StartAsync(_directory, port, packThreshold: null, cancellationToken);
    }

    private Task<ChildServer> StartAsync(string directory, int port, string? packThreshold, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>
        {
            ["BLEEPSTORE__SERVER__ADMIN_PORT"] = "off",
            ["BLEEPSTORE__SERVER__BUCKETS"] = Bucket,
            ["BLEEPSTORE__METADATA__SQLITE__PATH"] = MetadataPathIn(directory),
            ["BLEEPSTORE__STORAGE__LOCAL__ROOT_DIR"] = Path.Combine(directory, "objects"),
            ["BLEEPSTORE__STORAGE__MIN_FREE"] = "0",
            ["BLEEPSTORE__LOGGING__ACCESS_LOG"] = "false",
        };
        if (packThreshold is not null)
        {
            environment["BLEEPSTORE__STORAGE__LOCAL__PACK_THRESHOLD"] = packThreshold;
        }

        string[] arguments = ["--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--log-level", "warning"];
        return ChildServer.StartAsync(_program, arguments, environment, Path.Combine(directory, "ready.json"), cancellationToken);
    }

    private static LoadTarget Target(string name, ChildServer server, bool isS3)
        => new(name, new S3Endpoint(server.Url, AccessKey, SecretKey, "us-east-1", Bucket), [server.ProcessId], isS3);
}
