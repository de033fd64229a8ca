using System.Globalization;

namespace BleepStore.Api.Configuration;

/// <summary>Durations as they stand in configuration: a whole number and one of the units ms, s, m, h and d.</summary>
internal static class Durations
{
    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
        ("d", TimeSpan.FromDays(1)),
    ];

    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    /// <summary>Reads <c>500ms</c>, <c>10s</c>, <c>7d</c>; only zero may stand without a unit.</summary>
    public static bool TryParse(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        var number = text.AsSpan().Trim();
        if (number is "0")
        {
            return true;
        }

        foreach (var (unit, length) in Units)
        {
            if (number.EndsWith(unit, StringComparison.Ordinal)
                && long.TryParse(number[..^unit.Length].TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                && count <= Longest / length)
            {
                value = count * length;
                return true;
            }
        }

        return false;
    }

    /// <summary>As <see cref="TryParse"/>, and a bare number is seconds.</summary>
    public static bool TryParseOrSeconds(string text, out TimeSpan value)
        => TryParse(text, out value) || TryParse(text.Trim() + "s", out value);

    /// <summary>The shortest text that <see cref="TryParse"/> reads as this duration.</summary>
    public static string Format(TimeSpan value)
    {
        var unit = Units[0];
        foreach (var larger in Units)
        {
            if (value > TimeSpan.Zero && value.Ticks % larger.Length.Ticks == 0)
            {
                unit = larger;
            }
        }

        return value == TimeSpan.Zero ? "0s" : string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / unit.Length.Ticks}{unit.Unit}");
    }
}
