using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Metadata;

/// <summary>One record of each kind with every field set, for the golden bytes.</summary>
internal static class RecordSamples
{
    private static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly AccessControlList Acl = new(
        "owner",
        [new(GranteeKind.CanonicalUser, "owner", AclPermission.FullControl), new(GranteeKind.Group, "everyone", AclPermission.Read)]);

    private static readonly ContentHeaders Headers = new("text/plain", "gzip", "en", "inline", "no-cache", "never");

    private static readonly ChecksumRecord Checksum = new(2, 1, new byte[] { 1, 2, 3, 4 });

    private static readonly EncryptionRecord Encryption = new(EncryptionMode.SseKms, new byte[] { 5, 6, 7 })
    {
        KeyId = "alias/documents",
        Context = "e30=",
        BucketKeyEnabled = true,
    };

    public static readonly Segment Segment =
        new(SegmentKind.Blob, new UInt128(0x0000000100000002, 3), "local", "a/b", 1000, 1032) { KeySalt = new byte[] { 9, 8 } };

    public static readonly ObjectRecord Object = new()
    {
        Key = "k\u00e9y",
        Order = 123456789,
        VersionId = "v1",
        IsNull = false,
        IsDeleteMarker = true,
        Size = 1000,
        ETag = "0123456789abcdef0123456789abcdef",
        LastModified = Time,
        Headers = Headers,
        UserMetadata = [new("color", "blue"), new("empty", "")],
        Tags = [new("tag", "value")],
        Acl = Acl,
        StorageClass = "GLACIER",
        Checksum = Checksum,
        Segments = [Segment, Segment with { Kind = SegmentKind.Inline, Backend = "" }],
        UploadId = "upload",
        PartCount = 3,
        Lock = new ObjectLock(RetentionMode.Compliance, Time.AddYears(1), LegalHold.Off),
        WebsiteRedirect = "/elsewhere",
        Encryption = Encryption,
    };

    public static readonly BucketRecord Bucket = new()
    {
        BucketId = 7,
        Name = "bucket",
        Region = "us-east-1",
        OwnerId = "owner",
        CreatedAt = Time,
        Acl = Acl,
        Versioning = VersioningState.Enabled,
        ObjectLockEnabled = true,
        DefaultRetention = new DefaultRetention(RetentionMode.Governance, Days: 30, Years: 2),
        Configurations = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("cors", "{}").Add("policy", "[]"),
    };

    public static readonly UploadRecord Upload = new()
    {
        UploadId = "upload",
        BucketId = 7,
        Key = "key",
        InitiatedAt = Time,
        InitiatorId = "owner",
        Headers = Headers,
        UserMetadata = [new("color", "blue")],
        Tags = [new("tag", "value")],
        Acl = Acl,
        StorageClass = "GLACIER",
        ChecksumAlgorithm = 5,
        ChecksumType = 2,
        Lock = new ObjectLock(RetentionMode.Governance, Time.AddYears(2), LegalHold.On),
        WebsiteRedirect = "/elsewhere",
        Encryption = Encryption,
    };

    public static readonly PartRecord Part = new()
    {
        UploadId = "upload",
        PartNumber = 10_000,
        Size = 5L << 30,
        ETag = "0123456789abcdef0123456789abcdef",
        LastModified = Time,
        Checksum = Checksum,
        WholeChecksum = Checksum,
        Segments = [Segment],
        Encryption = Encryption,
    };

    public static readonly ManifestChunk Chunk = new("upload", 1, 5000, [new(1001, 5), new(1002, 300), new(5000, 5L << 30)]);

    public static readonly AccountRecord Account = new("id", "name", "a@example.com");

    public static readonly CredentialRecord Credential = new()
    {
        AccessKey = "AKIA",
        WrappedSecret = new byte[] { 1, 2, 3 },
        AccountId = "account",
        PrincipalId = "principal",
        DisplayName = "name",
        IsAccountRoot = true,
        IsStoreRoot = true,
        Active = false,
        Origin = CredentialOrigin.Admin,
        CreatedAt = Time,
    };

    public static readonly IdentityRecord Identity = new()
    {
        AccountId = "account",
        Kind = IdentityKind.Role,
        Name = "name",
        Id = "AROA",
        Path = "/path/",
        CreatedAt = Time,
        UpdatedAt = Time.AddSeconds(1),
        Tags = [new("tag", "value")],
        InlinePolicies = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("p", "{}").Add("q", "[]"),
        AttachedPolicies = ["arn:1", "arn:2"],
        Groups = ["group"],
        AccessKeys = ["AKIA"],
        Document = "{}",
        Description = "description",
        MaxSessionSeconds = 3600,
        References = 3,
        Origin = CredentialOrigin.Admin,
    };

    public static readonly GarbageEntry Garbage = new(5, 6, GarbageKind.UnlistedParts, Segment, "upload", 7);

    public static readonly OutboxEvent Event = new(
        5, 6, new EventIntent("id", "object.created", "request", "principal", "192.0.2.1", Time,
            ["a", "b"]), "bucket", "key", 99, "v1", 10, "etag");

    public static readonly WriteOutcome Outcome = new(WriteStatus.BucketExists, 99, "v1", Time, "owner");

    public static readonly LifecyclePlace Place = new("bucket", 7, "00ff", IsAmongUploads: true, "k\u00e9y");

    public static readonly CompletedUploadRecord Completed = new("upload", 7, "key", new byte[] { 1, 2 }, Time, Outcome, "etag-1",
        Checksum);
}
