using System.Collections.Immutable;
using System.Globalization;
using BleepStore.Api.Auth;
using BleepStore.Api.Checksums;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Bodies;

/// <summary>What a request's headers promise about its body; held against the bytes at the last read.</summary>
internal sealed record BodyPromises
{
    /// <summary>Length after decoding; null when nothing was announced.</summary>
    public long? LengthBytes { get; init; }

    /// <summary>Content-MD5; null when not sent.</summary>
    public byte[]? ContentMd5 { get; init; }

    /// <summary>The SHA-256 that was signed; null when the payload was not.</summary>
    public ReadOnlyMemory<byte>? PayloadSha256 { get; init; }

    /// <summary>Algorithm of the checksum that is sent, in a header or a trailer; null when none is.</summary>
    public ChecksumAlgorithm? Algorithm { get; init; }

    /// <summary>The checksum of a header; null when it comes in the trailer, or not at all.</summary>
    public byte[]? Checksum { get; init; }

    /// <summary>Names of the trailers that <c>x-amz-trailer</c> declares, in lower case.</summary>
    public ImmutableArray<string> Trailers { get; init; } = [];

    /// <summary>Reads the promises out of the headers and refuses those that contradict each other or the requirements.</summary>
    /// <exception cref="S3Exception">One of <see cref="BodyRejection"/>, or the error of an unknown algorithm.</exception>
    public static BodyPromises Read(IncomingRequest request, PayloadMode payload, BodyRequirements requirements)
    {
        var contentMd5 = ReadContentMd5(request);
        var trailers = ReadTrailerNames(request);
        var (algorithm, checksum) = requirements.ChecksumHeadersAreOfObject
            ? (null, null)
            : ReadChecksum(request, trailers, HasTrailers(payload));
        if (requirements.IntegrityMustBeSent && contentMd5 is null && algorithm is null)
            throw BodyRejection.IntegrityMissing.Exception();

        RequireAlgorithm(requirements, algorithm);
        return new BodyPromises
        {
            LengthBytes = ReadLength(request, payload, requirements),
            ContentMd5 = contentMd5,
            PayloadSha256 = (payload as PayloadMode.SignedHash)?.Sha256,
            Algorithm = algorithm,
            Checksum = checksum,
            Trailers = trailers,
        };
    }

    private static bool HasTrailers(PayloadMode payload)
        => payload is PayloadMode.StreamingUnsignedTrailer or PayloadMode.StreamingSigned { HasTrailer: true };

    private static byte[]? ReadContentMd5(IncomingRequest request)
    {
        var text = request.Header("Content-MD5");
        return text is null
            ? null
            : ChecksumAlgorithms.DecodeBase64(text, lengthBytes: 16)
              ?? throw new S3Exception(BodyRejection.ContentMd5Invalid.Error().With("Content-MD5", text));
    }

    private static ImmutableArray<string> ReadTrailerNames(IncomingRequest request)
    {
        var text = request.Header("x-amz-trailer");
        return text is null
            ? []
            : [.. text.ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
    }

    private static (ChecksumAlgorithm? Algorithm, byte[]? Value) ReadChecksum(
        IncomingRequest request, ImmutableArray<string> trailers, bool hasTrailers)
    {
        var (algorithm, text) = FindHeader(request);
        if (trailers.Length > 1)
            throw BodyRejection.ChecksumsMultiple.Exception();

        if (trailers.Length == 1)
        {
            if (algorithm is not null)
                throw BodyRejection.ChecksumInHeaderAndTrailer.Exception();

            if (!hasTrailers)
                throw BodyRejection.TrailerMalformed.Exception();

            algorithm = ChecksumAlgorithms.FromHeaderName(trailers[0]) ?? throw BodyRejection.TrailerUnsupported.Exception();
        }

        if (request.Header("x-amz-sdk-checksum-algorithm") is { } announced)
        {
            var named = ChecksumAlgorithms.ParseName(announced);
            if (algorithm is null)
                throw BodyRejection.ChecksumAnnouncedNotSent.Exception();

            if (algorithm != named)
                throw BodyRejection.ChecksumContradictsAnnouncement.Exception();
        }

        return (algorithm, text is null ? null : ChecksumAlgorithms.DecodeValue(algorithm!.Value, text)
            ?? throw BodyRejection.ChecksumInvalid.Exception(algorithm.Value.Info().HeaderName));
    }

    private static (ChecksumAlgorithm? Algorithm, string? Text) FindHeader(IncomingRequest request)
    {
        ChecksumAlgorithm? found = null;
        string? text = null;
        foreach (var (name, values) in request.Headers)
        {
            if (ChecksumAlgorithms.FromHeaderName(name) is not { } algorithm)
                continue;

            if (found is not null || values.Count != 1)
                throw BodyRejection.ChecksumsMultiple.Exception();

            (found, text) = (algorithm, values[0] ?? "");
        }

        return (found, text);
    }

    private static void RequireAlgorithm(BodyRequirements requirements, ChecksumAlgorithm? sent)
    {
        if (requirements.Algorithm is not { } expected || sent == expected || (sent is null && !requirements.AlgorithmMustBeSent))
            return;

        var actual = sent?.Info().Name.ToLowerInvariant() ?? "null";
        throw BodyRejection.ChecksumNotThatOfUpload.Exception(
            $"expected checksum Type: {expected.Info().Name.ToLowerInvariant()}, actual checksum Type: {actual}");
    }

    private static long? ReadLength(IncomingRequest request, PayloadMode payload, BodyRequirements requirements)
    {
        var isFramed = payload is PayloadMode.StreamingSigned or PayloadMode.StreamingUnsignedTrailer;
        var length = isFramed ? DecodedLength(request) : request.ContentLength ?? DecodedLength(request);
        if (length is null && (isFramed || !requirements.LengthOptional))
            throw BodyRejection.LengthMissing.Exception();

        if (length > requirements.MaxLengthBytes)
            throw new S3Exception(TooLarge(requirements, length.Value));

        return length;
    }

    // S3 answers a length that is no number as if it were absent.
    private static long? DecodedLength(IncomingRequest request)
        => request.Header("x-amz-decoded-content-length") is { } text
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null;

    private static S3Error TooLarge(BodyRequirements requirements, long lengthBytes)
        => requirements.TooLarge.Code != S3Errors.EntityTooLarge.Code ? requirements.TooLarge : requirements.TooLarge
            .With("ProposedSize", lengthBytes.ToString(CultureInfo.InvariantCulture))
            .With("MaxSizeAllowed", requirements.MaxLengthBytes.ToString(CultureInfo.InvariantCulture));
}
