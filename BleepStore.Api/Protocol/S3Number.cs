using System.Globalization;

namespace BleepStore.Api.Protocol;

/// <summary>Reads the whole numbers of queries and documents: digits alone, since the framework's parser passes over NUL characters at the end.</summary>
internal static class S3Number
{
    /// <summary>True for digits whose value fits.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out int value)
    {
        value = 0;
        return !text.ContainsAnyExceptInRange('0', '9') && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>True for a whole number below zero.</summary>
    public static bool IsNegative(ReadOnlySpan<char> text) => text is ['-', .. var digits] && !digits.IsEmpty && !digits.ContainsAnyExceptInRange('0', '9');

    /// <summary>As <see cref="TryParse(ReadOnlySpan{char}, out int)"/>, for sizes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        return !text.ContainsAnyExceptInRange('0', '9') && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
