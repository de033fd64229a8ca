namespace BleepStore.Tests.Crash.Recording;

/// <summary>Compares what two directories hold.</summary>
internal static class FileTree
{
    /// <summary>What is not alike; SQLite's index of its journal, made anew at every start, aside.</summary>
    public static List<string> Differences(string expected, string actual)
    {
        var (there, here) = (FilesOf(expected), FilesOf(actual));
        return
        [
            .. there.Except(here).Select(file => $"{file} is missing"),
            .. here.Except(there).Select(file => $"{file} should not be there"),
            .. there.Intersect(here)
                .Where(file => !File.ReadAllBytes(Path.Combine(expected, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(actual, file))))
                .Select(file => $"{file} holds other bytes"),
        ];
    }

    private static List<string> FilesOf(string directory)
        => [.. Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(directory, file))
            .Where(file => !file.EndsWith("-shm", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
}
