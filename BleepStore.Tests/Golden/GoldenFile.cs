using BleepStore.Tests.Repository;

namespace BleepStore.Tests.Golden;

/// <summary>Compares text with a file of the repository. <c>UPDATE_GOLDEN=1</c> rewrites the file instead; CI refuses that.</summary>
internal static class GoldenFile
{
    /// <summary>Fails where the text is not that of the golden file.</summary>
    /// <param name="name">Path below BleepStore.Tests/Golden.</param>
    /// <param name="actual">What the code says now.</param>
    public static void ShouldMatch(string name, string actual)
        => ShouldMatchAt(RepositoryFiles.Absolute(Path.Combine("BleepStore.Tests", "Golden", name)), actual);

    /// <summary>Compares with a file anywhere.</summary>
    public static void ShouldMatchAt(string path, string actual)
    {
        var expected = File.Exists(path) ? File.ReadAllText(path) : "";
        if (expected == actual)
        {
            return;
        }

        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Environment.GetEnvironmentVariable("CI").ShouldNotBe("true", "CI compares golden files, it never rewrites them.");
            File.WriteAllText(path, actual);
            return;
        }

        actual.ShouldBe(expected, $"{path} is out of date; UPDATE_GOLDEN=1 rewrites it, then look at the difference.");
    }
}
