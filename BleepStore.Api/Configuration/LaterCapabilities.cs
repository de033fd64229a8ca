namespace BleepStore.Api.Configuration;

/// <summary>
/// Capabilities that this release lacks: a configuration that asks for one stops the start, one that only carries their keys switched off
/// works, so that files written for a fuller release can be used.
/// </summary>
internal static class LaterCapabilities
{
    private static readonly string[] SwitchedOff = ["false", "no", "off", "0"];

    public static void Check(SettingReader settings)
    {
        settings.ReadLater("cluster.enabled", SwitchedOff);
        settings.Accept("cluster");
        settings.ReadLater("queue.enabled", SwitchedOff);
        settings.Accept("queue");
        settings.ReadLater("console", SwitchedOff);
    }

    /// <summary>The same type, whose fault says of some words that they name what a later release has.</summary>
    public static SettingType<T> WithLater<T>(this SettingType<T> type, string[] later)
        => type with { Allowed = $"{type.Allowed} (not available in this release: {string.Join(", ", later)})" };
}
