using System.Globalization;

namespace BleepStore.Api.Configuration;

/// <summary>Reads one value; false when the text is not of this kind.</summary>
internal delegate bool SettingParser<T>(string text, out T value);

/// <summary>How the text of a key becomes its value, and what to say when it cannot.</summary>
/// <param name="Parse">Reads the text.</param>
/// <param name="Allowed">Completes the sentence "must be …".</param>
/// <param name="Format">The value as a user would write it.</param>
internal sealed record SettingType<T>(SettingParser<T> Parse, string Allowed, Func<T, string> Format);

/// <summary>The kinds of values that keys have.</summary>
internal static class SettingTypes
{
    public static readonly SettingType<string> Text = new(NotEmpty, "a text that is not empty", value => value);

    public static readonly SettingType<string?> OptionalText = new(Any, "a text", value => value ?? "");

    public static readonly SettingType<bool> Flag = new(TryFlag, "true or false", value => value ? "true" : "false");

    public static readonly SettingType<int> Port = new(TryPort, "a port number from 0 (any free one) to 65535", Format);

    public static readonly SettingType<int?> PortOrOff = new(
        TryPortOrOff, "a port number from 0 (any free one) to 65535, or off", value => value is { } port ? Format(port) : "off");

    public static readonly SettingType<TimeSpan> Duration = new(Durations.TryParse, "a duration such as 500ms, 10s, 15m, 12h or 7d", Durations.Format);

    /// <summary>A duration that users of other servers write as a bare number of seconds.</summary>
    public static readonly SettingType<TimeSpan> DurationOrSeconds = new(
        Durations.TryParseOrSeconds, "a duration such as 500ms, 10s, 15m, 12h or 7d, or a number of seconds", Durations.Format);

    public static readonly SettingType<long?> OptionalSize = new(
        TryOptionalSize, "a number of bytes such as 1073741824, 64MiB or 5GB", value => value is { } size ? ByteSizes.Format(size) : "");

    /// <summary>A whole number of bytes within bounds.</summary>
    public static SettingType<long> Size(long min, long max) => new(
        (string text, out long value) => ByteSizes.TryParse(text, out value) && value >= min && value <= max,
        $"a size from {ByteSizes.Format(min)} to {ByteSizes.Format(max)}, such as 1048576, 64MiB or 5GB",
        ByteSizes.Format);

    /// <summary>A whole number within bounds.</summary>
    public static SettingType<int> Number(int min, int max) => new(
        (string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max,
        string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}"),
        Format);

    /// <summary>One of a few words.</summary>
    public static SettingType<T> OneOf<T>(params (string Word, T Value)[] words)
        where T : struct => new(
        (string text, out T value) =>
        {
            var index = Array.FindIndex(words, word => word.Word.Equals(text, StringComparison.OrdinalIgnoreCase));
            value = index >= 0 ? words[index].Value : default;
            return index >= 0;
        },
        string.Join(" or ", words.Select(word => word.Word)),
        value => Array.Find(words, word => word.Value.Equals(value)).Word);

    /// <summary>A text that a rule accepts.</summary>
    public static SettingType<string> TextWhere(Func<string, bool> accepts, string allowed) => new(
        (string text, out string value) =>
        {
            value = text;
            return accepts(text);
        },
        allowed,
        value => value);

    private static bool NotEmpty(string text, out string value)
    {
        value = text;
        return !string.IsNullOrWhiteSpace(text);
    }

    private static bool Any(string text, out string? value)
    {
        value = text.Length == 0 ? null : text;
        return true;
    }

    // YAML 1.1 files write on, off, yes and no as well.
    private static bool TryFlag(string text, out bool value)
    {
        value = text.ToLowerInvariant() is "true" or "yes" or "on" or "1";
        return value || text.ToLowerInvariant() is "false" or "no" or "off" or "0";
    }

    private static bool TryPort(string text, out int value)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= 65535;

    private static bool TryPortOrOff(string text, out int? value)
    {
        value = null;
        if (text.ToLowerInvariant() is "off" or "false")
        {
            return true;
        }

        var isPort = TryPort(text, out var port);
        value = port;
        return isPort;
    }

    private static bool TryOptionalSize(string text, out long? value)
    {
        var isSize = ByteSizes.TryParse(text, out var size);
        value = size;
        return isSize;
    }

    private static string Format(int value) => value.ToString(CultureInfo.InvariantCulture);
}
