namespace BleepStore.Tests.Repository;

/// <summary>The files of the repository that these tests were built from, without what builds leave behind.</summary>
internal static class RepositoryFiles
{
    private static readonly HashSet<string> Skipped = new(StringComparer.Ordinal)
    {
        ".git", "bin", "obj", "data", "TestResults", "node_modules", ".vs", ".idea", "BenchmarkDotNet.Artifacts",
    };

    /// <summary>The directory that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    public static string Absolute(string relative) => Path.Combine(Root, relative);

    /// <summary>Path relative to the root, with slashes.</summary>
    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    /// <summary>All files below a directory of the repository whose names end so.</summary>
    public static IEnumerable<string> Find(string extension, string below = "") => Walk(Absolute(below)).Where(path => path.EndsWith(extension, StringComparison.Ordinal));

    private static IEnumerable<string> Walk(string directory)
        => Directory.EnumerateFiles(directory)
            .Concat(Directory.EnumerateDirectories(directory).Where(child => !Skipped.Contains(Path.GetFileName(child))).SelectMany(Walk));

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "BleepStore.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("The tests run outside of the repository.");
    }
}
