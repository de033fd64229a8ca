using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Crash.Recording;

/// <summary>A version or delete marker as a client knows it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Id">The version id; null as long as nobody was told.</param>
/// <param name="Content">Its bytes as <see cref="History"/> writes them; null of a delete marker.</param>
/// <param name="Tag">Value of its tag; null for none.</param>
/// <param name="Lock">What keeps it.</param>
internal sealed record KnownVersion(string Key, string? Id, string? Content, string? Tag, ObjectLock Lock)
{
    public bool IsMarker => Content is null;
}

/// <summary>All that a bucket with versions holds: by key, and of each key the newest first. Not changed: every request makes another one.</summary>
/// <param name="Versioning">Whether the bucket keeps versions.</param>
/// <param name="Versions">Versions and delete markers.</param>
internal sealed record BucketVersions(VersioningState Versioning, List<KnownVersion> Versions)
{
    /// <summary>After a version or delete marker was put: it is the newest of its key, and where versions are not enabled it takes the place of the null one.</summary>
    public BucketVersions Put(KnownVersion version)
    {
        var isNull = Versioning != VersioningState.Enabled;
        var versions = Versions.Where(other => !isNull || other.Key != version.Key || other.Id != ObjectRecord.NullVersion).ToList();
        var place = versions.FindIndex(other => string.CompareOrdinal(other.Key, version.Key) >= 0);
        versions.Insert(place < 0 ? versions.Count : place, isNull ? version with { Id = ObjectRecord.NullVersion } : version with { Id = null });
        return this with { Versions = versions };
    }

    public BucketVersions Without(params IEnumerable<KnownVersion> versions) => this with { Versions = [.. Versions.Except(versions)] };

    public BucketVersions Replace(KnownVersion before, KnownVersion after)
        => this with { Versions = [.. Versions.Select(version => version == before ? after : version)] };

    /// <summary>The same with the id that an answer told of the one version that has none.</summary>
    public BucketVersions WithId(string? id) => this with { Versions = [.. Versions.Select(version => version with { Id = version.Id ?? id })] };

    /// <summary>True when a bucket that holds <paramref name="actual"/> is as this one; an id that nobody was told may be any.</summary>
    public bool IsAs(BucketVersions? actual)
        => actual is not null && actual.Versioning == Versioning && actual.Versions.Count == Versions.Count
            && Versions.Zip(actual.Versions).All(pair => pair.First with { Id = pair.First.Id ?? pair.Second.Id } == pair.Second);

    public override string ToString() => $"{Versioning}:\n  {string.Join("\n  ", Versions)}";
}

/// <summary>One change of a bucket with versions that a client asked for, or what it found there after a restart. A bucket has one client.</summary>
/// <param name="Bucket">Name of the bucket.</param>
/// <param name="Start">Length of the trace when the request was sent.</param>
/// <param name="Answered">Length of the trace once success was told; null where it never was.</param>
/// <param name="After">What the bucket holds after it.</param>
internal sealed record VersionChange(string Bucket, long Start, long? Answered, BucketVersions After);
