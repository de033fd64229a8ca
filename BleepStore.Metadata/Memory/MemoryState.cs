using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Memory;

/// <summary>All rows of a store at one moment; a command makes the next one of it.</summary>
internal sealed record MemoryState
{
    private static long None<T>(T value) => 0;

    /// <summary>Sequence of the last command that wrote.</summary>
    public long Sequence { get; init; }

    public long LastOrder { get; init; }

    public long LastBucketId { get; init; }

    public OrderedMap<string, BucketRecord> Buckets { get; init; } =
        new(KeyOrder.Instance, bucket => bucket.Configurations.Sum(pair => 2L * pair.Value.Length));

    public OrderedMap<long, BucketCounters> Counters { get; init; } = new(Comparer<long>.Default, None);

    public OrderedMap<RowKey, ObjectRecord> Objects { get; init; } = new(RowKeyOrder.Instance, Bytes);

    /// <summary>Noncurrent versions and delete markers.</summary>
    public OrderedMap<RowKey, ObjectRecord> Versions { get; init; } = new(RowKeyOrder.Instance, Bytes);

    /// <summary>Orders of <see cref="Versions"/> by bucket, key and version id.</summary>
    public OrderedMap<RowKey, long> VersionOrders { get; init; } = new(RowKeyOrder.Instance, None);

    public OrderedMap<RowKey, (UploadRecord Upload, long LastActivity)> Uploads { get; init; } =
        new(RowKeyOrder.Instance, row => 512 + (2L * row.Upload.Key.Length));

    public OrderedMap<(string Text, int Number), PartRecord> Parts { get; init; } =
        new(TextNumberOrder.Instance, part => 128L + (192 * part.Segments.Length));

    public OrderedMap<(string Text, int Number), ManifestChunk> Manifests { get; init; } =
        new(TextNumberOrder.Instance, chunk => 16L * chunk.Parts.Length);

    public OrderedMap<string, CompletedUploadRecord> CompletedUploads { get; init; } =
        new(KeyOrder.Instance, completed => 256 + (2L * completed.Key.Length));

    /// <summary>Completed uploads by time.</summary>
    public OrderedMap<(long Number, string Text), string> CompletedByTime { get; init; } = new(NumberTextOrder.Instance, None);

    /// <summary>Remembered operations by their id in hex.</summary>
    public OrderedMap<string, RememberedOperation> Operations { get; init; } = new(KeyOrder.Instance, _ => 256);

    /// <summary>Remembered operations by order.</summary>
    public OrderedMap<(long Number, string Text), string> OperationsByOrder { get; init; } = new(NumberTextOrder.Instance, None);

    public OrderedMap<UInt128, BlobOwner> BlobOwners { get; init; } =
        new(Comparer<UInt128>.Default, owner => 64 + (2L * (owner.Key?.Length ?? 0)));

    /// <summary>How many blobs each storage backend holds.</summary>
    public OrderedMap<string, long> Backends { get; init; } = new(KeyOrder.Instance, None);

    public OrderedMap<UInt128, ReadOnlyMemory<byte>> InlineBodies { get; init; } = new(Comparer<UInt128>.Default, body => body.Length);

    public OrderedMap<(long Sequence, int Ordinal), GarbageEntry> Garbage { get; init; } = new(Comparer<(long, int)>.Default, _ => 256);

    public OrderedMap<(long Sequence, int Ordinal), OutboxEvent> Outbox { get; init; } =
        new(Comparer<(long, int)>.Default, row => 512 + (2L * row.Key.Length));

    public OrderedMap<string, AccountRecord> Accounts { get; init; } = new(KeyOrder.Instance, _ => 256);

    public OrderedMap<string, CredentialRecord> Credentials { get; init; } = new(KeyOrder.Instance, _ => 512);

    /// <summary>Identities by account, kind and name in lower case.</summary>
    public OrderedMap<(string Account, IdentityKind Kind, string Name), IdentityRecord> Identities { get; init; } =
        new(IdentityOrder.Instance, Bytes);

    public OrderedMap<int, ReadOnlyMemory<byte>> StoreKeys { get; init; } = new(Comparer<int>.Default, key => key.Length);

    /// <summary>How far the pass of lifecycle rules has come.</summary>
    public LifecyclePlace? LifecyclePlace { get; init; }

    public OrderedMap<(uint Node, uint Boot), BootRecord> Boots { get; init; } = new(Comparer<(uint, uint)>.Default, None);

    /// <summary>Estimated bytes of all rows.</summary>
    public long SizeBytes
        => Buckets.SizeBytes + Counters.SizeBytes + Objects.SizeBytes + Versions.SizeBytes + VersionOrders.SizeBytes + Uploads.SizeBytes + Parts.SizeBytes + Manifests.SizeBytes
        + CompletedUploads.SizeBytes + CompletedByTime.SizeBytes + Operations.SizeBytes + OperationsByOrder.SizeBytes + BlobOwners.SizeBytes
        + Backends.SizeBytes + InlineBodies.SizeBytes + Garbage.SizeBytes + Outbox.SizeBytes + Accounts.SizeBytes + Credentials.SizeBytes
        + Boots.SizeBytes + Identities.SizeBytes + StoreKeys.SizeBytes;

    private static long Bytes(IdentityRecord record)
        => 512L + (2 * (record.Document?.Length ?? 0)) + record.InlinePolicies.Sum(pair => 2L * pair.Value.Length);

    /// <summary>A noncurrent version or delete marker by its id.</summary>
    public ObjectRecord? FindVersion(long bucketId, string key, string versionId)
        => VersionOrders.TryFind(new RowKey(bucketId, key, versionId), out var order) ? FindVersion(bucketId, key, order) : null;

    /// <summary>A noncurrent version or delete marker by its order.</summary>
    public ObjectRecord? FindVersion(long bucketId, string key, long order) => Versions.Find(RowKey.OfVersion(bucketId, key, order));

    /// <summary>The newest noncurrent version or delete marker of a key.</summary>
    public ObjectRecord? FindNewestVersion(long bucketId, string key)
    {
        var index = Versions.IndexAtOrAfter(new RowKey(bucketId, key));
        return index < Versions.Count && Versions[index] is var row && row.Key.BucketId == bucketId && row.Key.Key == key ? row.Value : null;
    }

    private static long Bytes(ObjectRecord record)
        => 384L + (2 * record.Key.Length) + (192 * record.Segments.Length)
            + record.UserMetadata.Sum(pair => 2L * (pair.Key.Length + pair.Value.Length))
            + record.Tags.Sum(pair => 2L * (pair.Key.Length + pair.Value.Length));
}
