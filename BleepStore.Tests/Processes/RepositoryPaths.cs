using System.Reflection;

namespace BleepStore.Tests.Processes;

/// <summary>Where the working copy, its scripts and the server's executable lie, seen from the running test assembly.</summary>
internal static class RepositoryPaths
{
    /// <summary>The directory that holds BleepStore.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Debug or Release: the configuration that these tests were built in.</summary>
    public static string Configuration { get; } =
        Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";

    /// <summary>
    /// The server's executable: <c>BLEEPSTORE_TEST_SERVER</c> when set, for example a published build, else that of this build.
    /// </summary>
    public static string ServerExecutable { get; } =
        Environment.GetEnvironmentVariable("BLEEPSTORE_TEST_SERVER") is { Length: > 0 } configured
            ? configured
            : Path.Combine(Root, "BleepStore.Api", "bin", Configuration, "net10.0", "bleepstore");

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "BleepStore.sln")))
                return directory.FullName;
        }

        throw new InvalidOperationException($"No BleepStore.sln above {AppContext.BaseDirectory}.");
    }
}
