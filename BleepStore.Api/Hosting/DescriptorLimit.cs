using System.Globalization;

namespace BleepStore.Api.Hosting;

/// <summary>
/// How many connections the limit of open files allows. A process without a free descriptor cannot even wait: the runtime aborts, and accepting
/// spins; so connections end where files, directories and the database still have theirs.
/// </summary>
internal static class DescriptorLimit
{
    /// <summary>Connections of the admin API, which stay possible whatever S3 has open.</summary>
    public const int AdminConnections = 32;

    /// <summary>Requests that one HTTP/2 connection may have under way.</summary>
    public const int StreamsPerConnection = 16;

    /// <summary>The runtime's own, the 256 directories of blobs, the database's; and a socket and a reader of the database for each admin connection.</summary>
    private const long Reserved = 576 + (2 * AdminConnections);

    /// <summary>The blob that is read or written, and a reader of the database at worst.</summary>
    private const long PerRequest = 3;

    private const long FewestConnections = 16;

    /// <summary>The bound for S3's connections of this process; null where the system tells no limit.</summary>
    /// <param name="requestsEach">Requests that a connection may have under way.</param>
    public static long? Connections(int requestsEach)
    {
        try
        {
            // The runtime has raised its limit to the hard one by now.
            return OperatingSystem.IsLinux() ? ConnectionsOf(File.ReadAllText("/proc/self/limits"), requestsEach) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The bound by the text of <c>/proc/self/limits</c>.</summary>
    public static long? ConnectionsOf(string limits, int requestsEach)
    {
        const string name = "Max open files";
        var line = limits.Split('\n').FirstOrDefault(text => text.StartsWith(name, StringComparison.Ordinal));
        return line?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var soft, ..]
            && long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var files)
                ? Math.Max(FewestConnections, (files - Reserved) / (1 + (PerRequest * requestsEach)))
                : null;
    }
}
