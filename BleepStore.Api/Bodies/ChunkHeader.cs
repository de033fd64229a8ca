using System.Text;

namespace BleepStore.Api.Bodies;

/// <summary>Reads the line before a chunk's data: <c>400;chunk-signature=…</c>, or <c>400</c> where chunks are not signed.</summary>
internal static class ChunkHeader
{
    /// <summary>Length of a signature in characters.</summary>
    public const int SignatureLength = 64;

    private const int MaxSizeDigits = 16;

    /// <summary>Parses a line; false when it is anything but what the encoding has there.</summary>
    /// <param name="line">The line without its CRLF.</param>
    /// <param name="isSigned">Whether the line must carry a signature, or must not.</param>
    /// <param name="signature">Takes the signature, not yet looked at.</param>
    /// <param name="sizeBytes">Length of the chunk's data.</param>
    public static bool TryParse(ReadOnlySpan<byte> line, bool isSigned, Span<char> signature, out long sizeBytes)
    {
        sizeBytes = 0;
        if (isSigned)
        {
            var prefix = ";chunk-signature="u8;
            var at = line.IndexOf(prefix);
            if (at < 0 || line.Length != at + prefix.Length + SignatureLength)
                return false;

            Encoding.Latin1.GetChars(line[(at + prefix.Length)..], signature);
            line = line[..at];
        }

        return TryParseSize(line, out sizeBytes);
    }

    private static bool TryParseSize(ReadOnlySpan<byte> digits, out long sizeBytes)
    {
        sizeBytes = 0;
        if (digits.IsEmpty || digits.Length > MaxSizeDigits)
            return false;

        var size = 0UL;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiHexDigit((char)digit))
                return false;

            size = (size << 4) | (uint)(char.IsAsciiDigit((char)digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        sizeBytes = (long)size;
        return sizeBytes >= 0;
    }
}
