using System.Globalization;
using BenchmarkDotNet.Attributes;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;
using BleepStore.Metadata.Sqlite;

namespace BleepStore.Benchmarks.Micro;

/// <summary>
/// PutObject commands of the SQLite engine, each until it is durable, on the file system of the temporary directory (<c>TMPDIR</c>).
/// </summary>
[MemoryDiagnoser]
public class CommitBenchmarks
{
    private const string Bucket = "benchmark";

    private readonly string _directory = Directory.CreateTempSubdirectory("bleepstore-commit-").FullName;
    private SqliteMetadataStore _store = null!;
    private long _bucketId;
    private long _number;

    [Params(1, 32)]
    public int Writers { get; set; }

    [GlobalSetup]
    public async Task OpenAsync()
    {
        _store = new SqliteMetadataStore(new SqliteMetadataOptions { Path = _directory, ReserveBytes = 0 });
        await _store.ExecuteAsync(
            new CreateBucket { Time = Now, Bucket = new BucketRecord { Name = Bucket, OwnerId = "1", Region = "us-east-1", Acl = Acl } }, CancellationToken.None);
        _bucketId = (await _store.FindBucketAsync(Bucket, CancellationToken.None))!.BucketId;
    }

    /// <summary>One command of each writer.</summary>
    [Benchmark]
    public Task PutObjects() => Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => _store.ExecuteAsync(NewPut(), CancellationToken.None).AsTask()));

    [GlobalCleanup]
    public async Task CloseAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static AccessControlList Acl => new("1", []);

    private PutObject NewPut() => new()
    {
        Time = Now,
        Bucket = Bucket,
        BucketId = _bucketId,
        Object = new ObjectRecord { Key = string.Create(CultureInfo.InvariantCulture, $"commit/{++_number:d12}"), Size = 0, ETag = "0123456789abcdef0123456789abcdef", Acl = Acl },
    };
}
