using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BleepStore.Api.Bodies;
using BleepStore.Api.Checksums;
using BleepStore.Api.Conditions;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Operations.Uploads;

/// <summary>One part as CompleteMultipartUpload lists it.</summary>
/// <param name="Number">1 to 10,000.</param>
/// <param name="ETag">ETag without quotes.</param>
/// <param name="Checksums">Checksums the client sent, by algorithm, in base64.</param>
internal sealed record ListedPart(int Number, string ETag, ImmutableArray<(ChecksumAlgorithm Algorithm, string Value)> Checksums);

/// <summary>The part list of CompleteMultipartUpload, held against the parts that were uploaded.</summary>
internal sealed class PartList
{
    private PartList(ImmutableArray<ListedPart> parts) => Parts = parts;

    /// <summary>In ascending order, without duplicates.</summary>
    public ImmutableArray<ListedPart> Parts { get; }

    /// <summary>Reads the document.</summary>
    /// <exception cref="S3Exception">MalformedXML or InvalidPartOrder.</exception>
    public static PartList Parse(ReadOnlyMemory<byte> document, string uploadId)
    {
        var root = XmlNode.Parse(document, "CompleteMultipartUpload").Allow("Part");
        var parts = root.Children.Select(ParsePart).ToImmutableArray();
        if (parts.Length is 0 or > S3Limits.MaxPartNumber)
        {
            throw new S3Exception(S3Errors.MalformedXML);
        }

        for (var i = 1; i < parts.Length; i++)
        {
            if (parts[i].Number <= parts[i - 1].Number)
            {
                throw new S3Exception(S3Errors.InvalidPartOrder.With("UploadId", uploadId));
            }
        }

        return new PartList(parts);
    }

    /// <summary>By which the same list is recognised when it comes again.</summary>
    public byte[] Digest()
    {
        var text = new StringBuilder();
        foreach (var part in Parts)
        {
            text.Append(CultureInfo.InvariantCulture, $"{part.Number} {part.ETag}\n");
        }

        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>
    /// Refuses a list with checksums of another algorithm than the upload names, and one without those that a composite checksum is made of: the
    /// client says what it uploaded, part by part.
    /// </summary>
    /// <exception cref="S3Exception">BadDigest or InvalidRequest.</exception>
    public void RequireChecksums(UploadRecord upload)
    {
        var algorithm = (ChecksumAlgorithm)upload.ChecksumAlgorithm;
        foreach (var listed in Parts)
        {
            if (upload.ChecksumAlgorithm != 0 && listed.Checksums is [var (other, _), ..] && other != algorithm)
            {
                throw new S3Exception(S3Errors.BadDigest.Because(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The {other.Info().Name.ToLowerInvariant()} you specified for part {listed.Number} did not match what we received.")));
            }
        }

        if (upload.ChecksumType != (int)ChecksumType.Composite)
        {
            return;
        }

        if (Parts.FirstOrDefault(part => !part.Checksums.Any(sent => sent.Algorithm == algorithm)) is { } without)
        {
            throw new S3Exception(S3Errors.InvalidRequest.Because(string.Create(
                CultureInfo.InvariantCulture,
                $"The upload was created using a {algorithm.Info().Name.ToLowerInvariant()} checksum. The complete request must include the checksum for each part. It was missing for part {without.Number} in the request.")));
        }
    }

    /// <summary>The uploaded parts that are listed, in order, when all is right with them.</summary>
    /// <exception cref="S3Exception">InvalidPart or EntityTooSmall.</exception>
    public ImmutableArray<PartRecord> Match(string uploadId, IReadOnlyDictionary<int, PartRecord> uploaded)
    {
        var matched = ImmutableArray.CreateBuilder<PartRecord>(Parts.Length);
        foreach (var listed in Parts)
        {
            if (!uploaded.TryGetValue(listed.Number, out var part) || part.ETag != listed.ETag || !HasChecksums(part, listed))
            {
                throw new S3Exception(S3Errors.InvalidPart
                    .With("UploadId", uploadId)
                    .With("PartNumber", listed.Number.ToString(CultureInfo.InvariantCulture))
                    .With("ETag", listed.ETag));
            }

            matched.Add(part);
        }

        for (var i = 0; i < matched.Count - 1; i++)
        {
            if (matched[i].Size < S3Limits.MinPartBytes)
            {
                throw new S3Exception(S3Errors.EntityTooSmall
                    .With("ProposedSize", matched[i].Size.ToString(CultureInfo.InvariantCulture))
                    .With("MinSizeAllowed", S3Limits.MinPartBytes.ToString(CultureInfo.InvariantCulture))
                    .With("PartNumber", matched[i].PartNumber.ToString(CultureInfo.InvariantCulture))
                    .With("ETag", matched[i].ETag));
            }
        }

        return matched.DrainToImmutable();
    }

    /// <summary>The ETag of the object: the MD5 of the parts' MD5s, and their number.</summary>
    public static string ETagOf(ImmutableArray<PartRecord> parts)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        foreach (var part in parts)
        {
            md5.AppendData(Convert.FromHexString(part.ETag));
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(md5.GetHashAndReset())}-{parts.Length}");
    }

    /// <summary>Refuses a gap among the parts of an upload that names an algorithm: S3 counts such parts from one on.</summary>
    /// <exception cref="S3Exception">InvalidPartOrder.</exception>
    public void RequireConsecutive(UploadRecord upload)
    {
        if (upload.ChecksumAlgorithm != 0 && Parts[^1].Number != Parts.Length)
        {
            throw new S3Exception(S3Errors.InvalidPartOrder.With("UploadId", upload.UploadId));
        }
    }

    /// <summary>
    /// The checksum of the object from those of its parts: of the algorithm that the upload names, else CRC64NVME, whatever its parts were sent
    /// with. Null where a part has none such, which one that was uploaded before both were kept may not.
    /// </summary>
    public static ChecksumRecord? ChecksumOf(UploadRecord upload, ImmutableArray<PartRecord> parts)
        => upload.ChecksumAlgorithm != 0
            ? Combine((ChecksumAlgorithm)upload.ChecksumAlgorithm, (ChecksumType)upload.ChecksumType, parts, part => part.Checksum)
            : Combine(ChecksumAlgorithm.Crc64Nvme, ChecksumType.FullObject, parts, part => part.WholeChecksum ?? part.Checksum);

    /// <summary>
    /// Refuses a checksum of the whole object that the client sent and that is not the one of its parts. Where the upload names no algorithm, S3
    /// takes one of another algorithm than its own as if it were not there; here it is compared when the parts can tell it.
    /// </summary>
    /// <exception cref="S3Exception">BadDigest or InvalidRequest.</exception>
    public static void CheckWhole(Pipeline.S3Request request, UploadRecord upload, ChecksumRecord? checksum, ImmutableArray<PartRecord> parts)
    {
        if (request.Header("x-amz-checksum-type") is { } type && checksum is not null && ChecksumAlgorithms.ParseType(type) != (ChecksumType)checksum.Type)
        {
            throw new S3Exception(S3Errors.InvalidRequest.Because(
                $"The upload was created using the {((ChecksumType)checksum.Type).Name()} checksum mode. The complete request must use the same checksum mode."));
        }

        foreach (var info in ChecksumAlgorithms.All)
        {
            if (request.Header(info.HeaderName) is not { } sent)
            {
                continue;
            }

            var isOther = upload.ChecksumAlgorithm == 0 && checksum?.Algorithm != (int)info.Algorithm;
            var ours = !isOther ? checksum : info.CanBeFullObject ? Combine(info.Algorithm, ChecksumType.FullObject, parts, part => part.Checksum) : null;
            if (ours is null ? !isOther : ours.Algorithm != (int)info.Algorithm || !IsSame(sent, ObjectHeaders.Format(ours, parts.Length)))
            {
                throw new S3Exception(S3Errors.BadDigest.Because($"The {info.Name} you specified did not match the calculated checksum."));
            }
        }
    }

    /// <summary>Refuses more than one checksum of the whole object, and one that could be none: <c>base64</c>, with the number of parts behind it or not.</summary>
    /// <exception cref="S3Exception">InvalidRequest.</exception>
    public static void CheckChecksumHeaders(Pipeline.S3Request request)
    {
        ChecksumAlgorithmInfo? found = null;
        foreach (var info in ChecksumAlgorithms.All)
        {
            if (request.Header(info.HeaderName) is not { } sent)
            {
                continue;
            }

            if (found is not null)
            {
                throw BodyRejection.ChecksumsMultiple.Exception();
            }

            found = info;
            var dash = sent.IndexOf('-', StringComparison.Ordinal);
            if (ChecksumAlgorithms.DecodeValue(info.Algorithm, dash < 0 ? sent : sent[..dash]) is null
                || (dash >= 0 && (dash == sent.Length - 1 || !S3Number.TryParse(sent.AsSpan(dash + 1), out int _))))
            {
                throw BodyRejection.ChecksumInvalid.Exception(info.HeaderName);
            }
        }
    }

    private static ChecksumRecord? Combine(
        ChecksumAlgorithm algorithm, ChecksumType type, ImmutableArray<PartRecord> parts, Func<PartRecord, ChecksumRecord?> checksumOf)
    {
        using var combined = new MultipartChecksum(algorithm, type);
        foreach (var part in parts)
        {
            if (checksumOf(part) is not { } checksum || checksum.Algorithm != (int)algorithm)
            {
                return null;
            }

            combined.Append(checksum.Value.Span, part.Size);
        }

        return new ChecksumRecord((int)algorithm, (int)type, combined.Finish());
    }

    // Clients may leave out the part count of a composite checksum.
    private static bool IsSame(string sent, string ours)
        => sent == ours || (ours.IndexOf('-', StringComparison.Ordinal) is > 0 and var dash && sent.AsSpan().SequenceEqual(ours.AsSpan(0, dash)));

    private static bool HasChecksums(PartRecord part, ListedPart listed)
        => listed.Checksums.All(sent => IsSent(part.Checksum, sent) || IsSent(part.WholeChecksum, sent));

    private static bool IsSent(ChecksumRecord? stored, (ChecksumAlgorithm Algorithm, string Value) sent)
        => stored is not null && stored.Algorithm == (int)sent.Algorithm && Convert.ToBase64String(stored.Value.Span) == sent.Value;

    private static ListedPart ParsePart(XmlNode node)
    {
        node.Allow("PartNumber", "ETag", "ChecksumCRC32", "ChecksumCRC32C", "ChecksumCRC64NVME", "ChecksumSHA1", "ChecksumSHA256");
        var text = node.RequiredText("PartNumber").Trim();
        if (!S3Number.TryParse(text, out int number) && !S3Number.IsNegative(text))
        {
            throw new S3Exception(S3Errors.MalformedXML);
        }

        if (number < 1)
        {
            throw new S3Exception(S3Errors.Argument("PartNumber", text, "PartNumber must be >= 1"));
        }

        if (number > S3Limits.MaxPartNumber)
        {
            throw new S3Exception(S3Errors.Argument(
                "partNumber", number.ToString(CultureInfo.InvariantCulture), "Part number must be an integer between 1 and 10000, inclusive"));
        }

        var checksums = ChecksumAlgorithms.All
            .Where(info => node.ChildText("Checksum" + info.Name) is { Length: > 0 })
            .Select(info => (info.Algorithm, Value: node.ChildText("Checksum" + info.Name)!.Trim()))
            .ToImmutableArray();
        if (checksums.Length > 1 || checksums.Any(sent => ChecksumAlgorithms.DecodeValue(sent.Algorithm, sent.Value) is null))
        {
            throw new S3Exception(S3Errors.InvalidArgument
                .Because("Invalid Base64 or multiple checksums present in request").With("ArgumentName", "Checksum"));
        }

        return new ListedPart(number, ReadConditions.Unquote(node.RequiredText("ETag").Trim()).ToString(), checksums);
    }
}
