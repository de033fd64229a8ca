using System.Collections.Immutable;
using System.Globalization;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Metadata;

/// <summary>Makes commands that often meet each other: few buckets, keys and uploads, a clock that sometimes goes back.</summary>
internal sealed class RandomCommands(Random random)
{
    private static readonly string[] Buckets = ["alpha", "beta"];
    private static readonly string[] Names = ["a", "a/", "a/b", "a/b/c", "a//x", "b", "b\u00e9", "\U0001F600", "\uE000", "\U0001F600/x",
        "zz"];
    private static readonly string[] ETags = ["1", "2", "3"];
    private static readonly AccessControlList Acl = new("owner", [new(GranteeKind.CanonicalUser, "owner", AclPermission.FullControl)]);

    private readonly RandomIdentityCommands _identities = new(random);
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private ulong _lastBlob;
    private int _lastEvent;

    /// <summary>The next command as a function of a store to its outcome in words.</summary>
    public async Task<(string Name, Func<IMetadataStore, Task<string>> Execute)> NextAsync(IMetadataStore model,
        CancellationToken cancellationToken)
    {
        var bucket = Pick(Buckets);
        var id = (await model.FindBucketAsync(bucket, cancellationToken))?.BucketId ?? 0;
        id = random.Next(30) == 0 ? id + 1 : id;
        var time = _now += TimeSpan.FromSeconds(random.Next(-3, 600));
        var (key, upload) = (Pick(Names), "upload-" + random.Next(6));
        return random.Next(35) switch
        {
            0 => Run(new CreateBucket { Time = time, Bucket = NewBucket(bucket), Event = Event() }),
            1 when random.Next(3) == 0 => Run(new DeleteBucket { Time = time, Bucket = bucket, BucketId = id, Event = Event() }),
            2 or 23 => Run(await DeleteAsync(model, bucket, id, time, cancellationToken)),
            24 => Run(new SetBucketVersioning { Time = time, Bucket = bucket, BucketId = id, IsEnabled = random.Next(3) != 0, Event = Event() }),
            25 when random.Next(2) == 0 => Run(new SetObjectLockConfiguration
            {
                Time = time,
                Bucket = bucket,
                BucketId = id,
                DefaultRetention = random.Next(3) == 0 ? new DefaultRetention(AnyMode(), random.Next(2), 0) : null,
                Event = Event(),
            }),
            26 => Run(new SetObjectRetention
            {
                Time = time,
                Bucket = bucket,
                BucketId = id,
                Key = key,
                VersionId = await AnyVersionAsync(model, id, key, cancellationToken),
                Mode = random.Next(4) == 0 ? RetentionMode.None : AnyMode(),
                RetainUntil = time.AddSeconds(random.Next(3000)),
                BypassesGovernance = random.Next(2) == 0,
                Event = Event(),
            }),
            27 => Run(new SetObjectLegalHold
            {
                Time = time,
                Bucket = bucket,
                BucketId = id,
                Key = key,
                VersionId = await AnyVersionAsync(model, id, key, cancellationToken),
                IsOn = random.Next(3) == 0,
                Event = Event(),
            }),
            3 => Run(new SetObjectAcl
            {
                Time = time,
                Bucket = bucket,
                BucketId = id,
                Key = key,
                VersionId = await AnyVersionAsync(model, id, key, cancellationToken),
                Acl = Acl with { OwnerId = Pick(ETags) },
            }),
            4 => Run(new SetObjectTags
            {
                Time = time,
                Bucket = bucket,
                BucketId = id,
                Key = key,
                VersionId = await AnyVersionAsync(model, id, key, cancellationToken),
                Tags = [new("t", Pick(ETags))],
                ObjectOrder = random.Next(3) == 0 ? (await model.FindObjectAsync(id, key, cancellationToken))?.Order : null,
                Event = Event()
            }),
            5 or 6 => Run(new CreateUpload { Time = time, Bucket = bucket, Upload = NewUpload(id, key, upload), Event = Event() }),
            7 or 8 or 9 => Run(await PartAsync(model, bucket, id, time, cancellationToken)),
            10 => Run(await CompleteAsync(model, bucket, id, time, cancellationToken)),
            11 => Run(await AbortAsync(model, bucket, id, time, cancellationToken)),
            12 => Run(await CollectAsync(model, time, cancellationToken)),
            13 => Run(new ExpandDeletedBucket { Time = time, BucketId = random.Next(1, 6) }),
            14 => Run(await AcknowledgeAsync(model, time, cancellationToken)),
            15 => Run(new StartBoot { Time = time, Node = 0, RootHighestBoot = (uint)random.Next(4) }),
            34 => Run(await PlaceAsync(model, bucket, id, key, time, cancellationToken)),
            32 or 33 => Run(await ExpireAsync(model, bucket, id, time, cancellationToken)),
            22 => Run(new SetBucketConfiguration
            {
                Time = time,
                Bucket = bucket,
                BucketId = id,
                Name = Pick(["cors", "lifecycle"]),
                Document = random.Next(3) == 0 ? null : Pick(ETags),
                Event = Event(),
            }),
            16 or 17 or 18 or 19 or 20 or 21 or 28 or 29 => _identities.Next(time),
            _ => Run(Put(bucket, id, key, time)),
        };
    }

    /// <summary>Random pages of all listings.</summary>
    public IEnumerable<(long Bucket, ListQuery Objects, VersionListQuery Versions, UploadListQuery Uploads)> Queries()
    {
        for (var count = 0; count < 60; count++)
        {
            var prefix = random.Next(2) == 0 ? "" : Pick(Names)[..1].Replace("\uD83D", "\U0001F600", StringComparison.Ordinal);
            var delimiter = Pick(["", "/", "/", "//", "\u00e9", "b/"]);
            var marker = random.Next(3) == 0 ? null : Pick(Names) + Pick(["", "", "/", "x"]);
            var limit = random.Next(6);
            yield return (
                random.Next(1, 5),
                new ListQuery(prefix, delimiter, marker, limit),
                new VersionListQuery(
                    prefix, delimiter, marker, random.Next(2) == 0 ? null : Pick(["null", VersionIds.Of(_now.Ticks - random.Next(1 << 30), 1)]), limit),
                new UploadListQuery(prefix, delimiter, marker, random.Next(2) == 0 ? null : "upload-" + random.Next(6), limit));
        }
    }

    /// <summary>The command in words, and how a store carries it out.</summary>
    public static (string Name, Func<IMetadataStore, Task<string>> Execute) Run<TResult>(MetadataCommand<TResult> command)
    {
        return (command.ToString(), ExecuteAsync);

        async Task<string> ExecuteAsync(IMetadataStore store)
        {
            var result = await store.ExecuteAsync(command, TestContext.Current.CancellationToken);
            return result is ImmutableArray<WriteOutcome> outcomes ? string.Join(' ', outcomes) : result?.ToString() ?? "";
        }
    }

    private PutObject Put(string bucket, long id, string key, DateTimeOffset time)
    {
        var inline = random.Next(4) == 0;
        var body = inline ? new byte[random.Next(5)] : [];
        return new PutObject
        {
            Time = time,
            Bucket = bucket,
            BucketId = id,
            Object = new ObjectRecord
            {
                Key = key,
                Size = random.Next(100),
                ETag = Pick(ETags),
                Acl = Acl,
                Segments = random.Next(8) == 0 ? [] : [inline ? NewBlob() with { Kind = SegmentKind.Inline, Backend = "" } : NewBlob()],
                UserMetadata = random.Next(3) == 0 ? [new("m", Pick(ETags))] : [],
                Encryption = Encryption(),
            },
            InlineBody = body,
            VersionSalt = random.NextInt64(),
            Condition = new WriteCondition(random.Next(4) == 0 ? Pick(["1", "2", "*"]) : null, random.Next(6) == 0),
            Retry = random.Next(4) == 0 ? new RetryIdentity(new[] { (byte)random.Next(4) }, new[] { (byte)random.Next(2) }) : null,
            Event = Event(),
        };
    }

    private async Task<DeleteObjects> DeleteAsync(
        IMetadataStore model, string bucket, long id, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var keys = ImmutableArray.CreateBuilder<ObjectToDelete>();
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var key = Pick(Names);
            keys.Add(new ObjectToDelete(
                key, random.Next(4) == 0 ? Pick(ETags) : null, await AnyVersionAsync(model, id, key, cancellationToken))
            {
                IfSize = random.Next(8) == 0 ? random.Next(100) : null,
                IfLastModified = random.Next(8) == 0 ? _now : null,
            });
        }

        return new DeleteObjects
        {
            Time = time,
            Bucket = bucket,
            BucketId = id,
            Keys = keys.DrainToImmutable(),
            OwnerId = Pick(ETags),
            VersionSalt = random.NextInt64(),
            BypassesGovernance = random.Next(2) == 0,
            Event = Event(),
        };
    }

    private async Task<ExpireObjects> ExpireAsync(IMetadataStore model, string bucket, long id, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var record = await model.FindBucketAsync(bucket, cancellationToken);
        var rows = (await model.ListVersionsAsync(id, new VersionListQuery("", "", null, null, 100), cancellationToken)).Versions;
        var rules = record?.Configurations.GetValueOrDefault("lifecycle");
        return new ExpireObjects
        {
            Time = time,
            Bucket = bucket,
            BucketId = id,
            Rules = random.Next(4) == 0 ? "other" : rules ?? "1",
            Expirations = [.. rows.Where(_ => random.Next(3) == 0).Select(row => new Expiration(
                Pick([ExpirationKind.Current, ExpirationKind.Noncurrent, ExpirationKind.Marker]),
                random.Next(8) == 0 ? row.Version with { Order = row.Version.Order - 1 } : row.Version,
                random.Next(4)))],
            VersionSalt = random.NextInt64(),
        };
    }

    private async Task<SetLifecyclePlace> PlaceAsync(
        IMetadataStore model, string bucket, long id, string key, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var record = await model.FindBucketAsync(bucket, cancellationToken);
        var rules = random.Next(4) == 0 ? "other" : record?.Configurations.GetValueOrDefault("lifecycle") ?? "1";
        var place = new LifecyclePlace(bucket, id, LifecyclePlace.DigestOf(rules), random.Next(2) == 0, key);
        return new SetLifecyclePlace { Time = time, Place = random.Next(4) == 0 ? null : place };
    }

    private RetentionMode AnyMode() => Pick([RetentionMode.Governance, RetentionMode.Compliance]);

    /// <summary>Often none; else a version of the key, where it has one, or one that is not there.</summary>
    private async Task<string?> AnyVersionAsync(IMetadataStore model, long bucketId, string key, CancellationToken cancellationToken)
    {
        if (random.Next(2) == 0)
        {
            return null;
        }

        var rows = (await model.ListVersionsAsync(bucketId, new VersionListQuery(key, "", null, null, 100), cancellationToken)).Versions
            .Where(row => row.Version.Key == key).ToList();
        return rows.Count == 0 || random.Next(8) == 0 ? Pick(["null", VersionIds.Of(_now.Ticks, 1)]) : rows[random.Next(rows.Count)].Version.VersionId;
    }

    private async Task<UploadRecord> AnyUploadAsync(IMetadataStore model, long bucketId, CancellationToken cancellationToken)
    {
        var open = (await model.ListUploadsAsync(bucketId, new UploadListQuery("", "", null, null, 100), cancellationToken)).Uploads;
        return open.Length == 0 || random.Next(10) == 0 ? NewUpload(bucketId, Pick(Names), "upload-" + random.Next(6))
            : open[random.Next(open.Length)];
    }

    private async Task<PutPart> PartAsync(IMetadataStore model, string bucket, long id, DateTimeOffset time,
        CancellationToken cancellationToken)
    {
        var upload = await AnyUploadAsync(model, id, cancellationToken);
        return new PutPart
        {
            Time = time,
            Bucket = bucket,
            BucketId = id,
            Key = upload.Key,
            Part = new PartRecord
            {
                UploadId = upload.UploadId,
                PartNumber = random.Next(1, 4),
                Size = random.Next(50),
                ETag = Pick(ETags),
                Segments = [NewBlob()],
                Encryption = Encryption(),
            },
            Event = Event(),
        };
    }

    private async Task<CompleteUpload> CompleteAsync(IMetadataStore model, string bucket, long id, DateTimeOffset time,
        CancellationToken cancellationToken)
    {
        var upload = await AnyUploadAsync(model, id, cancellationToken);
        var parts = (await model.ListPartsAsync(upload.UploadId, 0, 100, cancellationToken)).Where(_ => random.Next(4) != 0).ToList();
        return new CompleteUpload
        {
            Time = time,
            Bucket = bucket,
            BucketId = id,
            UploadId = upload.UploadId,
            Object = new ObjectRecord { Key = upload.Key, Size = parts.Sum(part => part.Size), ETag = Pick(ETags), Acl = Acl },
            Parts = [.. parts.Select(part => new ManifestPart(part.PartNumber, part.Size))],
            PartsDigest = random.Next(10) == 0 ? new byte[32] : CompleteUpload.DigestParts(parts),
            PartListDigest = new[] { (byte)random.Next(2) },
            VersionSalt = random.NextInt64(),
            Condition = new WriteCondition(null, random.Next(5) == 0),
            Event = Event(),
        };
    }

    private async Task<AbortUpload> AbortAsync(IMetadataStore model, string bucket, long id, DateTimeOffset time,
        CancellationToken cancellationToken)
    {
        var upload = await AnyUploadAsync(model, id, cancellationToken);
        DateTimeOffset? idle = random.Next(2) == 0 ? null : time - TimeSpan.FromSeconds(random.Next(2000));
        return new AbortUpload
        {
            Time = time,
            Bucket = bucket,
            BucketId = id,
            Key = upload.Key,
            UploadId = upload.UploadId,
            OnlyIfIdleSince = idle
        };
    }

    private async Task<CollectGarbage> CollectAsync(IMetadataStore model, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var rows = await model.ReadGarbageAsync(after: null, long.MaxValue, random.Next(1, 12), cancellationToken);
        var uploads = rows.Where(row => row.Kind == GarbageKind.Upload).Select(row => row.UploadId!).ToImmutableArray();
        var parts = new List<PartRecord>();
        foreach (var upload in uploads)
        {
            parts.AddRange(await model.ListPartsAsync(upload, 0, 100, cancellationToken));
        }

        return new CollectGarbage
        {
            Time = time,
            Rows = [.. rows.Select(row => (row.Sequence, row.Ordinal))],
            Blobs = [.. rows.Where(row => row.Segment is not null)
                .Select(row => row.Segment!.BlobId), .. parts.SelectMany(part => part.Segments).Select(row => row.BlobId)],
            Parts = [.. parts.Select(part => (part.UploadId, part.PartNumber))],
            Manifests = uploads,
        };
    }

    private async Task<AcknowledgeEvents> AcknowledgeAsync(IMetadataStore model, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var rows = await model.ReadOutboxAsync(0, random.Next(1, 6), cancellationToken);
        return new AcknowledgeEvents { Time = time, Events = [.. rows.Select(row => (row.Sequence, row.Ordinal))] };
    }

    private static BucketRecord NewBucket(string name) => new() { Name = name, Region = "us-east-1", OwnerId = "owner", Acl = Acl };

    private static UploadRecord NewUpload(long bucketId, string key, string upload)
        => new() { UploadId = upload, BucketId = bucketId, Key = key, InitiatorId = "owner", Acl = Acl };

    private Segment NewBlob()
        => new(SegmentKind.Blob, new UInt128(1, ++_lastBlob), Pick(["local", "s3"]), "", random.Next(100), random.Next(100));

    private EncryptionRecord? Encryption()
        => random.Next(3) == 0 ? new EncryptionRecord(EncryptionMode.SseKms, new[] { (byte)random.Next(256) }) { KeyId = Pick(ETags) } : null;

    private EventIntent? Event()
        => random.Next(4) == 0 ? new EventIntent((++_lastEvent).ToString(CultureInfo.InvariantCulture), "t", "r", "p", "a", _now, ["x"])
            : null;

    private T Pick<T>(T[] items) => items[random.Next(items.Length)];
}
