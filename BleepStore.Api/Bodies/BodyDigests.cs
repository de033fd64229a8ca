using System.Security.Cryptography;
using BleepStore.Api.Checksums;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Bodies;

/// <summary>The checksum of a body that was read to its end.</summary>
/// <param name="Algorithm">The client's, the upload's, or CRC64NVME where nobody named one.</param>
/// <param name="Value">The value, most significant byte first.</param>
/// <param name="SentByClient">True when the client sent it and it was found right; false when it is only ours.</param>
/// <param name="Crc64Nvme">The CRC64NVME where that was wanted too; null elsewhere.</param>
internal sealed record BodyChecksum(ChecksumAlgorithm Algorithm, byte[] Value, bool SentByClient, byte[]? Crc64Nvme);

/// <summary>All digests of one body, computed as its bytes pass, and held against the promises at its end.</summary>
internal sealed class BodyDigests : IDisposable
{
    private readonly BodyPromises _promises;
    private readonly Md5Digest _md5 = new();
    private readonly IncrementalHash? _sha256;
    private readonly RunningChecksum _checksum;
    private readonly bool _wantsCrc64Nvme;
    private readonly RunningChecksum? _crc64Nvme;

    /// <summary>Starts all digests that the promises ask for.</summary>
    /// <param name="promises">What the client promised.</param>
    /// <param name="algorithmOfUpload">The algorithm to compute when the client sends none; CRC64NVME when null.</param>
    /// <param name="wantsCrc64Nvme">True to compute CRC64NVME beside another algorithm of the client's.</param>
    public BodyDigests(BodyPromises promises, ChecksumAlgorithm? algorithmOfUpload, bool wantsCrc64Nvme)
    {
        _promises = promises;
        _checksum = RunningChecksum.Create(promises.Algorithm ?? algorithmOfUpload ?? ChecksumAlgorithm.Crc64Nvme);
        _wantsCrc64Nvme = wantsCrc64Nvme;
        _crc64Nvme = wantsCrc64Nvme && _checksum.Algorithm != ChecksumAlgorithm.Crc64Nvme ? RunningChecksum.Create(ChecksumAlgorithm.Crc64Nvme) : null;

        // A client that signs its payload and sends SHA-256 as checksum wants one and the same digest.
        if (promises.PayloadSha256 is not null && _checksum.Algorithm != ChecksumAlgorithm.Sha256)
            _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }

    /// <summary>Takes the next bytes, which must stay as they are until it is done.</summary>
    public ValueTask AppendAsync(ReadOnlyMemory<byte> data)
    {
        _sha256?.AppendData(data.Span);
        _checksum.Append(data.Span);
        _crc64Nvme?.Append(data.Span);
        return _md5.AppendAsync(data);
    }

    /// <summary>Computes all digests and refuses the body when one is not what was promised. Called once.</summary>
    /// <param name="trailer">Gives the value of a trailer; null when the body has none of that name.</param>
    /// <exception cref="S3Exception">A digest differs; that of the payload hash first, as S3 does.</exception>
    public (byte[] Md5, BodyChecksum Checksum) Verify(Func<string, string?> trailer)
    {
        var md5 = _md5.Finish();
        var value = _checksum.Finish();
        if (_promises.PayloadSha256 is { } promised)
        {
            var sha256 = _sha256?.GetHashAndReset() ?? value;
            if (!promised.Span.SequenceEqual(sha256))
            {
                throw new S3Exception(BodyRejection.PayloadHashDiffers.Error()
                    .With("ClientComputedContentSHA256", Convert.ToHexStringLower(promised.Span))
                    .With("S3ComputedContentSHA256", Convert.ToHexStringLower(sha256)));
            }
        }

        if (_promises.ContentMd5 is { } contentMd5 && !contentMd5.AsSpan().SequenceEqual(md5))
        {
            // S3 gives the expected digest in hex and the calculated one in base64.
            throw new S3Exception(BodyRejection.ContentMd5Differs.Error()
                .With("ExpectedDigest", Convert.ToHexStringLower(contentMd5))
                .With("CalculatedDigest", Convert.ToBase64String(md5)));
        }

        if (_promises.Algorithm is { } algorithm)
        {
            var sent = _promises.Checksum ?? TrailingChecksum(algorithm.Info(), trailer);
            if (!sent.AsSpan().SequenceEqual(value))
                throw BodyRejection.ChecksumDiffers.Exception(algorithm.Info().Name);
        }

        return (md5, new BodyChecksum(_checksum.Algorithm, value, SentByClient: _promises.Algorithm is not null, _wantsCrc64Nvme ? _crc64Nvme?.Finish() ?? value : null));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _md5.Dispose();
        _sha256?.Dispose();
        _checksum.Dispose();
        _crc64Nvme?.Dispose();
    }

    private static byte[] TrailingChecksum(ChecksumAlgorithmInfo info, Func<string, string?> trailer)
    {
        var text = trailer(info.HeaderName) ?? throw BodyRejection.TrailerMalformed.Exception();
        return ChecksumAlgorithms.DecodeBase64(text, info.LengthBytes)
            ?? throw BodyRejection.TrailingChecksumInvalid.Exception(info.HeaderName);
    }
}
