using System.Globalization;
using BleepStore.Api.Checksums;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Bodies;

/// <summary>What an operation demands of the body it is about to read.</summary>
/// <param name="MaxLengthBytes">Longest body it takes, after decoding.</param>
internal sealed record BodyRequirements(long MaxLengthBytes)
{
    /// <summary>What the client is told about a longer body.</summary>
    public S3Error TooLarge { get; init; } = S3Errors.EntityTooLarge;

    /// <summary>Shortest body it takes, after decoding.</summary>
    public long MinLengthBytes { get; init; }

    /// <summary>True where a body without an announced length is taken: CreateBucket and other bodies that may be absent.</summary>
    public bool LengthOptional { get; init; }

    /// <summary>The only algorithm this body's checksum may have: the one its multipart upload was created with.</summary>
    public ChecksumAlgorithm? Algorithm { get; init; }

    /// <summary>True where CRC64NVME is wanted too, whatever the client sends: parts of an upload that names no algorithm.</summary>
    public bool WantsCrc64Nvme { get; init; }

    /// <summary>True when the client itself must send a checksum of <see cref="Algorithm"/>: parts of a composite checksum.</summary>
    public bool AlgorithmMustBeSent { get; init; }

    /// <summary>True where S3 wants Content-MD5 or a checksum: DeleteObjects and the operations that configure a bucket.</summary>
    public bool IntegrityMustBeSent { get; init; }

    /// <summary>True where checksum headers speak of the object and not of this body: CompleteMultipartUpload.</summary>
    public bool ChecksumHeadersAreOfObject { get; init; }

    /// <summary>The demands on an XML or JSON document that is read as a whole.</summary>
    public static BodyRequirements Document(long maxLengthBytes)
        => new(maxLengthBytes)
        {
            TooLarge = S3Errors.MaxMessageLengthExceeded.With("MaxMessageLengthBytes", maxLengthBytes.ToString(CultureInfo.InvariantCulture)),
            LengthOptional = true,
        };
}
