using System.Buffers;
using System.Globalization;
using System.Text;

namespace BleepStore.Api.Observability;

/// <summary>Makes text of strangers safe to stand in a log line: it can neither end the line nor pose as another field, nor steer a terminal.</summary>
internal static class LogText
{
    // Controls, the field's own quote and escape characters, line separators, and marks that reverse or hide what follows.
    private static readonly SearchValues<char> Dangerous = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl),
        .. "\"\\\u2028\u2029\u200E\u200F\uFEFF\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069",
    ]);

    /// <summary>The text with what is dangerous as <c>\u000A</c>, cut at a length. Harmless text is returned as it is.</summary>
    public static string Escape(string? text, int maxLength = 1024)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "-";
        }

        return text.Length <= maxLength && !text.AsSpan().ContainsAny(Dangerous) ? text : EscapeSlowly(text, maxLength);
    }

    private static string EscapeSlowly(string text, int maxLength)
    {
        var result = new StringBuilder(Math.Min(text.Length, maxLength) + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (result.Length >= maxLength)
            {
                return result.Append('…').ToString();
            }

            if (rune.IsBmp && Dangerous.Contains((char)rune.Value))
            {
                result.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
            }
            else
            {
                result.Append(rune);
            }
        }

        return result.ToString();
    }
}
