using System.Globalization;

namespace BleepStore.Api.Configuration;

/// <summary>Sizes as they stand in configuration: bytes, or a whole number and a unit, binary (MiB) or decimal (MB).</summary>
internal static class ByteSizes
{
    private static readonly (string Unit, long Bytes)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
        ("B", 1),
    ];

    /// <summary>Reads <c>1048576</c>, <c>64MiB</c>, <c>5 GB</c>.</summary>
    public static bool TryParse(string text, out long value)
    {
        var number = text.AsSpan().Trim();
        var scale = 1L;
        foreach (var (unit, bytes) in Units)
        {
            if (number.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                number = number[..^unit.Length].TrimEnd();
                scale = bytes;
                break;
            }
        }

        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out value) || value > long.MaxValue / scale)
        {
            value = 0;
            return false;
        }

        value *= scale;
        return true;
    }

    /// <summary>The size in the largest binary unit that divides it.</summary>
    public static string Format(long value)
    {
        var unit = (Unit: "", Bytes: 1L);
        foreach (var larger in Units.AsSpan(0, 4))
        {
            if (value > 0 && value % larger.Bytes == 0)
            {
                unit = larger;
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value / unit.Bytes}{unit.Unit}");
    }
}
