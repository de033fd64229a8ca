namespace BleepStore.Api.Policies;

/// <summary>
/// Text with wildcards: <c>*</c> for any run of characters, <c>?</c> for exactly one. Which characters are wildcards is told beside the text, so
/// that a value put in for a variable can never become one.
/// </summary>
internal static class Glob
{
    /// <summary>True when the whole text fits the whole pattern. Costs at most the product of both lengths.</summary>
    /// <param name="pattern">The pattern's characters.</param>
    /// <param name="isWild">For each of them, whether it is a wildcard.</param>
    /// <param name="text">The text to be matched.</param>
    /// <param name="ignoreCase">Whether letter case matters not.</param>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<bool> isWild, ReadOnlySpan<char> text, bool ignoreCase)
    {
        var (at, position) = (0, 0);
        var (star, retry) = (-1, 0);
        while (position < text.Length)
        {
            if (at < pattern.Length && isWild[at] && pattern[at] == '*')
            {
                (star, retry) = (at++, position);
            }
            else if (at < pattern.Length && isWild[at])
            {
                // One character is one code point: half a surrogate pair is none.
                position += char.IsHighSurrogate(text[position]) && position + 1 < text.Length && char.IsLowSurrogate(text[position + 1]) ? 2 : 1;
                at++;
            }
            else if (at < pattern.Length && Same(pattern[at], text[position], ignoreCase))
            {
                at++;
                position++;
            }
            else if (star >= 0)
            {
                at = star + 1;
                position = ++retry;
            }
            else
            {
                return false;
            }
        }

        while (at < pattern.Length && isWild[at] && pattern[at] == '*')
        {
            at++;
        }

        return at == pattern.Length;
    }

    private static bool Same(char a, char b, bool ignoreCase)
        => a == b || (ignoreCase && char.ToUpperInvariant(a) == char.ToUpperInvariant(b));
}
