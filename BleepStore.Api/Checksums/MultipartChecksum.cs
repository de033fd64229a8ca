using System.Globalization;

namespace BleepStore.Api.Checksums;

/// <summary>
/// Makes the checksum of a multipart object out of those of its parts, one part after the other, without reading a byte of them.
/// </summary>
internal sealed class MultipartChecksum(ChecksumAlgorithm algorithm, ChecksumType type) : IDisposable
{
    private readonly RunningChecksum? _composite = type == ChecksumType.Composite ? RunningChecksum.Create(algorithm) : null;
    private readonly CrcPolynomial? _polynomial = type == ChecksumType.FullObject ? CrcChecksum.PolynomialOf(algorithm) : null;

    // The CRC of no bytes at all is zero, so the first part needs no special case.
    private ulong _crc;

    /// <summary>Parts taken so far: the N of a composite checksum.</summary>
    public int PartCount { get; private set; }

    /// <summary>Takes the next part in order of part number.</summary>
    /// <param name="value">The part's checksum of the same algorithm, as stored.</param>
    /// <param name="lengthBytes">The part's plain length.</param>
    /// <exception cref="ArgumentException">The value is not of the algorithm's length.</exception>
    public void Append(ReadOnlySpan<byte> value, long lengthBytes)
    {
        if (value.Length != algorithm.Info().LengthBytes)
            throw new ArgumentException($"A {algorithm.Info().Name} has {algorithm.Info().LengthBytes} bytes.", nameof(value));

        PartCount++;
        if (_polynomial is null)
        {
            _composite!.Append(value);
            return;
        }

        var crc = 0UL;
        foreach (var b in value)
            crc = (crc << 8) | b;

        _crc = _polynomial.Combine(_crc, crc, lengthBytes);
    }

    /// <summary>The object's checksum as stored, without the <c>-N</c>. Called once.</summary>
    public byte[] Finish() => _polynomial is null ? _composite!.Finish() : CrcChecksum.ToBytes(algorithm, _crc);

    /// <summary>A stored checksum as clients see it.</summary>
    /// <param name="value">The value as stored.</param>
    /// <param name="type">Its type.</param>
    /// <param name="partCount">Number of parts; only read for a composite checksum.</param>
    public static string Format(ReadOnlySpan<byte> value, ChecksumType type, int partCount)
        => type == ChecksumType.FullObject
            ? Convert.ToBase64String(value)
            : string.Create(CultureInfo.InvariantCulture, $"{Convert.ToBase64String(value)}-{partCount}");

    /// <inheritdoc/>
    public void Dispose() => _composite?.Dispose();
}
