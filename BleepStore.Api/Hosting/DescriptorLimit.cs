using System.Globalization;

namespace BleepStore.Api.Hosting;

/// <summary>
/// How many connections the limit of open files allows. A process without a free descriptor cannot even wait: the runtime aborts, and accepting
/// spins; so connections end where files, directories and the database still have theirs.
/// </summary>
internal static class DescriptorLimit
{
    /// <summary>The runtime's own, the 256 directories of blobs, the database's.</summary>
    private const long Reserved = 576;

    /// <summary>The socket, the blob that is read or written, and a reader of the database at worst.</summary>
    private const long PerConnection = 4;

    private const long FewestConnections = 16;

    /// <summary>The bound for this process; null where the system tells no limit.</summary>
    public static long? Connections()
    {
        try
        {
            // The runtime has raised its limit to the hard one by now.
            return OperatingSystem.IsLinux() ? ConnectionsOf(File.ReadAllText("/proc/self/limits")) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The bound by the text of <c>/proc/self/limits</c>.</summary>
    public static long? ConnectionsOf(string limits)
    {
        const string name = "Max open files";
        var line = limits.Split('\n').FirstOrDefault(text => text.StartsWith(name, StringComparison.Ordinal));
        return line?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var soft, ..]
            && long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var files)
                ? Math.Max(FewestConnections, (files - Reserved) / PerConnection)
                : null;
    }
}
