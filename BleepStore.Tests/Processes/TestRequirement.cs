namespace BleepStore.Tests.Processes;

/// <summary>Decides what a missing client or server means: a skip with its reason on a developer's machine, a failure in CI.</summary>
internal static class TestRequirement
{
    public static bool IsContinuousIntegration { get; } =
        string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Ends the running test: skipped, or failed with <c>CI=true</c>.</summary>
    public static void Missing(string reason)
    {
        if (IsContinuousIntegration)
            Assert.Fail($"{reason} With CI=true this is a failure.");
        Assert.Skip(reason);
    }
}
