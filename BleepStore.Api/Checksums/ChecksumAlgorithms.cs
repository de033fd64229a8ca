using System.Collections.Immutable;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Checksums;

/// <summary>What one algorithm is called and may be used for.</summary>
/// <param name="Algorithm">The algorithm itself.</param>
/// <param name="Name">As in <c>x-amz-checksum-algorithm</c> and XML.</param>
/// <param name="HeaderName">The header or trailer that carries its value.</param>
/// <param name="LengthBytes">Length of the value before base64.</param>
/// <param name="CanBeComposite">True when a multipart object may have a checksum of its parts' checksums.</param>
/// <param name="CanBeFullObject">True when the checksum of a whole follows from those of its parts.</param>
internal sealed record ChecksumAlgorithmInfo(
    ChecksumAlgorithm Algorithm, string Name, string HeaderName, int LengthBytes, bool CanBeComposite, bool CanBeFullObject);

/// <summary>The table of checksum algorithms, and the parsing of everything that names one.</summary>
internal static class ChecksumAlgorithms
{
    /// <summary>Headers that carry a value start with this.</summary>
    public const string HeaderPrefix = "x-amz-checksum-";

    /// <summary>In the order of their numbers.</summary>
    public static readonly ImmutableArray<ChecksumAlgorithmInfo> All =
    [
        new(ChecksumAlgorithm.Crc32, "CRC32", "x-amz-checksum-crc32", 4, CanBeComposite: true, CanBeFullObject: true),
        new(ChecksumAlgorithm.Crc32C, "CRC32C", "x-amz-checksum-crc32c", 4, CanBeComposite: true, CanBeFullObject: true),
        new(ChecksumAlgorithm.Crc64Nvme, "CRC64NVME", "x-amz-checksum-crc64nvme", 8, CanBeComposite: false, CanBeFullObject: true),
        new(ChecksumAlgorithm.Sha1, "SHA1", "x-amz-checksum-sha1", 20, CanBeComposite: true, CanBeFullObject: false),
        new(ChecksumAlgorithm.Sha256, "SHA256", "x-amz-checksum-sha256", 32, CanBeComposite: true, CanBeFullObject: false),
    ];

    /// <summary>S3 has these and we do not: refused, because ignoring one would store bytes that nobody verified.</summary>
    private static readonly ImmutableArray<string> NotImplementedNames = ["SHA512", "MD5", "XXHASH3", "XXHASH64", "XXHASH128"];

    /// <summary>These share the prefix and carry no value.</summary>
    private static readonly ImmutableArray<string> OtherHeaders =
        ["x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type"];

    /// <summary>The row of an algorithm.</summary>
    public static ChecksumAlgorithmInfo Info(this ChecksumAlgorithm algorithm) => All[(int)algorithm - 1];

    /// <summary>Reads <c>x-amz-checksum-algorithm</c> or <c>x-amz-sdk-checksum-algorithm</c>, in any case.</summary>
    /// <exception cref="S3Exception">NotImplemented for one that only AWS has, InvalidRequest for any other.</exception>
    public static ChecksumAlgorithm ParseName(string name)
    {
        foreach (var info in All)
        {
            if (info.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return info.Algorithm;
        }

        throw Refuse(name);
    }

    /// <summary>The algorithm whose value this header or trailer carries, in any case; null for every header that carries none.</summary>
    /// <exception cref="S3Exception">The name looks like a checksum's and is not one of ours.</exception>
    public static ChecksumAlgorithm? FromHeaderName(string headerName)
    {
        if (!headerName.StartsWith(HeaderPrefix, StringComparison.OrdinalIgnoreCase))
            return null;

        foreach (var info in All)
        {
            if (info.HeaderName.Equals(headerName, StringComparison.OrdinalIgnoreCase))
                return info.Algorithm;
        }

        return OtherHeaders.Contains(headerName, StringComparer.OrdinalIgnoreCase) ? null
            : NotImplementedNames.Contains(headerName[HeaderPrefix.Length..], StringComparer.OrdinalIgnoreCase) ? throw Refuse(headerName[HeaderPrefix.Length..])
            : throw new S3Exception(S3Errors.InvalidRequest.Because("The algorithm type you specified in x-amz-checksum- header is invalid."));
    }

    /// <summary>Decides the type of a multipart upload's checksum from what CreateMultipartUpload was sent.</summary>
    /// <param name="algorithm">The algorithm that was named.</param>
    /// <param name="typeHeader"><c>x-amz-checksum-type</c>, null when absent.</param>
    /// <exception cref="S3Exception">InvalidRequest: an unknown type, or one the algorithm cannot have.</exception>
    public static ChecksumType ResolveMultipartType(ChecksumAlgorithm algorithm, string? typeHeader)
    {
        var info = algorithm.Info();
        if (typeHeader is null)
            return info.CanBeComposite ? ChecksumType.Composite : ChecksumType.FullObject;

        var type = ParseType(typeHeader);
        if (type == ChecksumType.Composite ? info.CanBeComposite : info.CanBeFullObject)
            return type;

        throw new S3Exception(S3Errors.InvalidRequest.Because(
            $"The {type.Name()} checksum type cannot be used with the {info.Name.ToLowerInvariant()} checksum algorithm."));
    }

    /// <summary>Reads <c>x-amz-checksum-type</c>.</summary>
    /// <exception cref="S3Exception">InvalidRequest.</exception>
    public static ChecksumType ParseType(string text) => text.ToUpperInvariant() switch
    {
        "FULL_OBJECT" => ChecksumType.FullObject,
        "COMPOSITE" => ChecksumType.Composite,
        _ => throw new S3Exception(S3Errors.InvalidRequest.Because("Value for x-amz-checksum-type header is invalid.")),
    };

    /// <summary>As in <c>x-amz-checksum-type</c> and XML.</summary>
    public static string Name(this ChecksumType type) => type == ChecksumType.FullObject ? "FULL_OBJECT" : "COMPOSITE";

    /// <summary>Reads a value as clients send it: canonical base64 of exactly the algorithm's length; null when it is not.</summary>
    public static byte[]? DecodeValue(ChecksumAlgorithm algorithm, string text) => DecodeBase64(text, algorithm.Info().LengthBytes);

    /// <summary>Canonical base64 of exactly that many bytes; null for anything else.</summary>
    public static byte[]? DecodeBase64(string text, int lengthBytes)
    {
        var value = new byte[lengthBytes];
        if (!Convert.TryFromBase64String(text, value, out var written) || written != lengthBytes)
            return null;

        // The decoder forgives white space and set bits behind the last byte; then two texts would be one value.
        return Convert.ToBase64String(value) == text ? value : null;
    }

    private static S3Exception Refuse(string name) => NotImplementedNames.Contains(name, StringComparer.OrdinalIgnoreCase)
        ? new S3Exception(S3Errors.NotImplemented.Because($"The {name.ToUpperInvariant()} checksum algorithm is not implemented."))
        : new S3Exception(S3Errors.InvalidRequest.Because(
            "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
            + $"[{string.Join(", ", All.Select(i => i.Name))}]"));
}
