using System.Globalization;

namespace BleepStore.Tests;

/// <summary>Seeds of random tests: the same in every run, so that none passes or fails by chance; a variable sets another one.</summary>
internal static class Seeds
{
    /// <summary>The number that <paramref name="variable"/> holds, else the usual one.</summary>
    public static int Of(string variable, int usual)
        => int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var given) ? given : usual;
}
