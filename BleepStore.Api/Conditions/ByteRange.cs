using System.Globalization;

namespace BleepStore.Api.Conditions;

/// <summary>One byte range of an object.</summary>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>Reads a Range header against a size. Malformed and multiple ranges are ignored, as on S3.</summary>
    /// <param name="header">The header's value; null when absent.</param>
    /// <param name="size">Size of the object in bytes.</param>
    /// <param name="isSatisfiable">False when the range lies behind the end: 416.</param>
    /// <returns>Null when the whole object is wanted.</returns>
    public static ByteRange? Parse(string? header, long size, out bool isSatisfiable)
    {
        isSatisfiable = true;
        if (header is null || !header.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase) || header.Contains(',', StringComparison.Ordinal))
        {
            return null;
        }

        var spec = header.AsSpan(6);
        var dash = spec.IndexOf('-');
        if (dash < 0)
        {
            return null;
        }

        if (dash == 0)
        {
            if (!TryParse(spec[1..], out var suffix))
            {
                return null;
            }

            isSatisfiable = suffix > 0 && size > 0;
            var length = Math.Min(suffix, size);
            return new ByteRange(size - length, length);
        }

        if (!TryParse(spec[..dash], out var first))
        {
            return null;
        }

        var last = long.MaxValue;
        if (dash < spec.Length - 1 && (!TryParse(spec[(dash + 1)..], out last) || last < first))
        {
            return null;
        }

        isSatisfiable = first < size;
        return new ByteRange(first, isSatisfiable ? Math.Min(last, size - 1) - first + 1 : 0);
    }

    /// <summary>The value of Content-Range.</summary>
    public string ToContentRange(long size) => string.Create(CultureInfo.InvariantCulture, $"bytes {Offset}-{Offset + Length - 1}/{size}");

    /// <summary>Digits only; what is larger than any object counts as its end.</summary>
    private static bool TryParse(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        if (text.IsEmpty || text.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value))
        {
            value = long.MaxValue;
        }

        return true;
    }
}
