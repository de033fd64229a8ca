using System.Collections.Immutable;

namespace BleepStore.Metadata.Records;

/// <summary>Whether a bucket keeps old versions. The numbers reach disk.</summary>
public enum VersioningState
{
    Unversioned = 0,
    Enabled = 1,
    Suspended = 2,
}

/// <summary>One bucket and everything configured on it.</summary>
public sealed record BucketRecord
{
    /// <summary>Assigned by the store, never reused: it prefixes the keys of all rows of the bucket.</summary>
    public long BucketId { get; init; }

    public required string Name { get; init; }

    public required string Region { get; init; }

    /// <summary>Canonical id of the owning account.</summary>
    public required string OwnerId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public required AccessControlList Acl { get; init; }

    public VersioningState Versioning { get; init; }

    public bool ObjectLockEnabled { get; init; }

    /// <summary>How new versions are retained that say nothing themselves; null for not at all.</summary>
    public DefaultRetention? DefaultRetention { get; init; }

    /// <summary>One document per configured subresource, by its query name; its text is the S3 layer's.</summary>
    public ImmutableSortedDictionary<string, string> Configurations { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}

/// <summary>Running counters of a bucket.</summary>
/// <param name="Objects">Current objects: versions beside them and delete markers do not count.</param>
/// <param name="Bytes">Plain sizes of all versions summed, noncurrent ones too: what the bucket stores.</param>
public readonly record struct BucketCounters(long Objects, long Bytes);
