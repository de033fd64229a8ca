using System.Buffers.Binary;
using System.Security.Cryptography;

namespace BleepStore.Api.Checksums;

/// <summary>A checksum that grows with the bytes that pass. Not thread safe; used for one sequence of bytes.</summary>
internal abstract class RunningChecksum : IDisposable
{
    /// <summary>Which checksum this is.</summary>
    public abstract ChecksumAlgorithm Algorithm { get; }

    /// <summary>Starts a checksum.</summary>
    public static RunningChecksum Create(ChecksumAlgorithm algorithm) => algorithm switch
    {
        ChecksumAlgorithm.Sha1 => new HashChecksum(algorithm, HashAlgorithmName.SHA1),
        ChecksumAlgorithm.Sha256 => new HashChecksum(algorithm, HashAlgorithmName.SHA256),
        _ => new CrcChecksum(algorithm),
    };

    /// <summary>The checksum of bytes at hand.</summary>
    public static byte[] Compute(ChecksumAlgorithm algorithm, ReadOnlySpan<byte> data)
    {
        using var checksum = Create(algorithm);
        checksum.Append(data);
        return checksum.Finish();
    }

    /// <summary>Takes the next bytes.</summary>
    public abstract void Append(ReadOnlySpan<byte> data);

    /// <summary>The value, most significant byte first, as S3 encodes it in base64. Called once.</summary>
    public abstract byte[] Finish();

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}

/// <summary>CRC32, CRC32C and CRC64NVME as running checksums.</summary>
internal sealed class CrcChecksum(ChecksumAlgorithm algorithm) : RunningChecksum
{
    private readonly CrcPolynomial _polynomial = PolynomialOf(algorithm);
    private ulong _state = PolynomialOf(algorithm).InitialState;

    /// <inheritdoc/>
    public override ChecksumAlgorithm Algorithm => algorithm;

    /// <summary>The CRC behind an algorithm.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The algorithm is no CRC.</exception>
    public static CrcPolynomial PolynomialOf(ChecksumAlgorithm algorithm) => algorithm switch
    {
        ChecksumAlgorithm.Crc32 => CrcPolynomial.Crc32,
        ChecksumAlgorithm.Crc32C => CrcPolynomial.Crc32C,
        ChecksumAlgorithm.Crc64Nvme => CrcPolynomial.Crc64Nvme,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "Not a CRC."),
    };

    /// <summary>A CRC as the bytes that S3 encodes.</summary>
    public static byte[] ToBytes(ChecksumAlgorithm algorithm, ulong crc)
    {
        Span<byte> eight = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(eight, crc);
        return eight[^PolynomialOf(algorithm).LengthBytes..].ToArray();
    }

    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> data) => _state = _polynomial.Update(_state, data);

    /// <inheritdoc/>
    public override byte[] Finish() => ToBytes(algorithm, _polynomial.Finish(_state));
}

/// <summary>SHA-1 and SHA-256 as running checksums.</summary>
internal sealed class HashChecksum(ChecksumAlgorithm algorithm, HashAlgorithmName name) : RunningChecksum
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(name);

    /// <inheritdoc/>
    public override ChecksumAlgorithm Algorithm => algorithm;

    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> data) => _hash.AppendData(data);

    /// <inheritdoc/>
    public override byte[] Finish() => _hash.GetHashAndReset();

    /// <inheritdoc/>
    public override void Dispose()
    {
        _hash.Dispose();
        base.Dispose();
    }
}
