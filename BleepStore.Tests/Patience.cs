namespace BleepStore.Tests;

/// <summary>How long a test waits for what must come.</summary>
internal static class Patience
{
    /// <summary>After this long it hangs, and is not merely slow: no test fails on a busy machine. Below the time after which a server ends idle connections.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(100);
}
