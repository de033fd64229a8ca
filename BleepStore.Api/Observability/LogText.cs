using System.Globalization;
using System.Text;

namespace BleepStore.Api.Observability;

/// <summary>Makes text of strangers safe to stand in a log line: it can neither end the line nor pose as another field, nor steer a terminal.</summary>
internal static class LogText
{
    /// <summary>The text with what is dangerous as <c>\u000A</c>, cut at a length. Harmless text is returned as it is.</summary>
    public static string Escape(string? text, int maxLength = 1024)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "-";
        }

        var isHarmless = text.Length <= maxLength;
        for (var i = 0; isHarmless && i < text.Length; i++)
        {
            isHarmless = !IsDangerous(text[i]);
        }

        return isHarmless ? text : EscapeSlowly(text, maxLength);
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

            if (rune.IsBmp && IsDangerous((char)rune.Value))
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

    // Controls, the field's own quote and escape characters, line separators, and marks that reverse or hide what follows.
    private static bool IsDangerous(char character)
        => char.IsControl(character)
        || character is '"' or '\\' or '\u2028' or '\u2029' or '\u200E' or '\u200F' or '\uFEFF'
        || character is >= '\u202A' and <= '\u202E'
        || character is >= '\u2066' and <= '\u2069';
}
