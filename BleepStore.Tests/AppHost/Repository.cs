namespace BleepStore.Tests.AppHost;

/// <summary>Where the sources are that these tests check and run.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "BleepStore.sln")))
                return directory.FullName;
        }

        throw new InvalidOperationException("These tests run inside the repository.");
    }
}
