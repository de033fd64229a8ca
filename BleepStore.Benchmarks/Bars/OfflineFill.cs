using System.Collections.Immutable;
using System.Globalization;
using BleepStore.Benchmarks.Workloads;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;
using BleepStore.Metadata.Sqlite;

namespace BleepStore.Benchmarks.Bars;

/// <summary>
/// Fills a store with rows while no server runs, by the store's own commands: what would take an hour of requests takes seconds. The rows name blobs that
/// do not exist, so only what never reads a body may be measured on them.
/// </summary>
internal sealed class OfflineFill(string databasePath, string bucket, string accountId) : IAsyncDisposable
{
    private const int BatchCount = 2000;
    private const string ETag = "0123456789abcdef0123456789abcdef";

    /// <summary>What every part and object has, as Complete names it.</summary>
    public const string QuotedETag = $"\"{ETag}\"";

    // No boot of a real store has this number.
    private const ulong ForeignBoot = uint.MaxValue;

    private readonly SqliteMetadataStore _store = new(new SqliteMetadataOptions { Path = Path.GetDirectoryName(databasePath)!, ReserveBytes = 0 });
    private ulong _blobs;

    public async Task AddObjectsAsync(IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        var bucketId = await BucketIdAsync(cancellationToken);
        await ExecuteAllAsync(keys.Select(key => new PutObject
        {
            Time = TimeProvider.System.GetUtcNow(),
            Bucket = bucket,
            BucketId = bucketId,
            Object = new ObjectRecord { Key = key, Size = 1, ETag = ETag, Acl = Acl, Segments = NewSegments(1) },
        }), cancellationToken);
    }

    /// <summary>Adds an open upload with all of its parts, which are as small as S3 lets them be.</summary>
    public async Task AddUploadAsync(OpenUpload upload, int parts, CancellationToken cancellationToken)
    {
        const long partBytes = 5 << 20;
        var bucketId = await BucketIdAsync(cancellationToken);
        var record = new UploadRecord { UploadId = upload.UploadId, BucketId = bucketId, Key = upload.Key, InitiatorId = accountId, Acl = Acl };
        await _store.ExecuteAsync(new CreateUpload { Time = TimeProvider.System.GetUtcNow(), Bucket = bucket, Upload = record }, cancellationToken);
        await ExecuteAllAsync(Enumerable.Range(1, parts).Select(number => new PutPart
        {
            Time = TimeProvider.System.GetUtcNow(),
            Bucket = bucket,
            BucketId = bucketId,
            Key = upload.Key,
            Part = new PartRecord { UploadId = upload.UploadId, PartNumber = number, Size = partBytes, ETag = ETag, Segments = NewSegments(partBytes) },
        }), cancellationToken);
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private AccessControlList Acl => new(accountId, [new AclGrant(GranteeKind.CanonicalUser, accountId, AclPermission.FullControl)]);

    private async Task<long> BucketIdAsync(CancellationToken cancellationToken)
        => (await _store.FindBucketAsync(bucket, cancellationToken))?.BucketId ?? throw new Load.LoadException($"There is no bucket {bucket}.");

    private async Task ExecuteAllAsync(IEnumerable<MetadataCommand<WriteOutcome>> commands, CancellationToken cancellationToken)
    {
        foreach (var batch in commands.Chunk(BatchCount))
        {
            foreach (var outcome in await Task.WhenAll(batch.Select(command => _store.ExecuteAsync(command, cancellationToken).AsTask())))
            {
                if (outcome.Status != WriteStatus.Done)
                {
                    throw new Load.LoadException($"A row could not be added: {outcome.Status}.");
                }
            }
        }
    }

    private ImmutableArray<Segment> NewSegments(long lengthBytes)
        => [new Segment(SegmentKind.Blob, new UInt128(ForeignBoot, ++_blobs), "local", "", lengthBytes, lengthBytes)];
}

/// <summary>An open upload whose parts are there, and their ETags.</summary>
internal sealed record FilledUpload(OpenUpload Upload, IReadOnlyList<string> ETags)
{
    /// <summary>The ids that the fill gives, so that they are known before the store runs.</summary>
    public static OpenUpload IdOf(int parts, int number) => new(
        string.Create(CultureInfo.InvariantCulture, $"filled/{parts}/{number:d4}"),
        string.Create(CultureInfo.InvariantCulture, $"{parts:x16}{number:x32}"));
}
