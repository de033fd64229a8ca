using System.Collections.Immutable;
using System.Globalization;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Metadata;

/// <summary>A store under test and the few words the suites speak to it with.</summary>
/// <typeparam name="TEngine">The engine.</typeparam>
public abstract class StoreTest<TEngine> : IAsyncLifetime
    where TEngine : ITestEngine, new()
{
    private protected static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly TEngine _engine = new();
    private DateTimeOffset _now = Start;
    private long _lastBlob;

    protected IMetadataStore Store { get; private set; } = null!;

    protected long BucketId { get; private set; }

    protected const string Bucket = "bucket";

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Store = _engine.Open();
        BucketId = await CreateBucketAsync(Bucket);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _engine.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A time later than any before.</summary>
    protected DateTimeOffset Now() => _now += TimeSpan.FromSeconds(1);

    protected ValueTask<TResult> ExecuteAsync<TResult>(MetadataCommand<TResult> command) => Store.ExecuteAsync(command, Cancellation);

    protected async Task<long> CreateBucketAsync(string name, string owner = "owner")
    {
        (await ExecuteAsync(NewBucket(name, owner))).IsDone.ShouldBeTrue();
        return (await Store.FindBucketAsync(name, Cancellation))!.BucketId;
    }

    protected CreateBucket NewBucket(string name, string owner = "owner")
        => new()
        {
            Time = Now(),
            Bucket = new BucketRecord { Name = name, Region = "us-east-1", OwnerId = owner, Acl = PrivateAcl(owner) },
        };

    protected static AccessControlList PrivateAcl(string owner)
        => new(owner, [new AclGrant(GranteeKind.CanonicalUser, owner, AclPermission.FullControl)]);

    protected Segment NewBlob(long length = 10, string backend = "local")
    {
        var sequence = Interlocked.Increment(ref _lastBlob);
        return new Segment(SegmentKind.Blob, new UInt128(1, (ulong)sequence), backend, Locator: "", length, length + 32);
    }

    protected PutObject Put(string key, long size = 10, string eTag = "etag", params Segment[] segments)
        => new()
        {
            Time = Now(),
            Bucket = Bucket,
            BucketId = BucketId,
            Object = new ObjectRecord
            {
                Key = key,
                Size = size,
                ETag = eTag,
                Acl = PrivateAcl("owner"),
                Segments = segments.Length == 0 ? [NewBlob(size)] : [.. segments],
            },
        };

    protected DeleteObjects Delete(params string[] keys)
        => new() { Time = Now(), Bucket = Bucket, BucketId = BucketId, Keys = [.. keys.Select(key => new ObjectToDelete(key))] };

    protected async Task<ObjectRecord?> FindAsync(string key) => await Store.FindObjectAsync(BucketId, key, Cancellation);

    protected async Task<ImmutableArray<GarbageEntry>> GarbageAsync() => await Store.ReadGarbageAsync(after: null, long.MaxValue, 10_000, Cancellation);

    protected CreateUpload Initiate(string key, string uploadId)
        => new()
        {
            Time = Now(),
            Bucket = Bucket,
            Upload = new UploadRecord
            {
                UploadId = uploadId,
                BucketId = BucketId,
                Key = key,
                InitiatorId = "owner",
                Acl = PrivateAcl("owner")
            },
        };

    protected PutPart Part(string key, string uploadId, int number, long size = 10, string? eTag = null)
        => new()
        {
            Time = Now(),
            Bucket = Bucket,
            BucketId = BucketId,
            Key = key,
            Part = new PartRecord
            {
                UploadId = uploadId,
                PartNumber = number,
                Size = size,
                ETag = eTag ?? number.ToString("x32", CultureInfo.InvariantCulture),
                Segments = [NewBlob(size)],
            },
        };

    /// <summary>Completes with the listed parts as they are stored now.</summary>
    protected async Task<CompleteUpload> CompleteAsync(string key, string uploadId, params int[] numbers)
    {
        var parts = await Store.ListPartsAsync(uploadId, 0, 10_000, Cancellation);
        var listed = parts.Where(part => numbers.Contains(part.PartNumber)).ToList();
        return new CompleteUpload
        {
            Time = Now(),
            Bucket = Bucket,
            BucketId = BucketId,
            UploadId = uploadId,
            Object = new ObjectRecord
            {
                Key = key,
                Size = listed.Sum(part => part.Size),
                ETag = "multi-" + listed.Count,
                Acl = PrivateAcl("owner")
            },
            Parts = [.. listed.Select(part => new ManifestPart(part.PartNumber, part.Size))],
            PartsDigest = CompleteUpload.DigestParts(listed),
            PartListDigest = new byte[] { (byte)numbers.Length, (byte)numbers.FirstOrDefault() },
        };
    }

    protected AbortUpload Abort(string key, string uploadId)
        => new() { Time = Now(), Bucket = Bucket, BucketId = BucketId, Key = key, UploadId = uploadId };

    protected static EventIntent Event(string id)
        => new(id, "object.created", "request", "owner", "192.0.2.1", Start, ["queue"]);
}
