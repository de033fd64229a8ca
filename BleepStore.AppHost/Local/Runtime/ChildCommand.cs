using System.Diagnostics;
using System.Globalization;

namespace BleepStore.AppHost.Local;

/// <summary>How a child is wrapped so that it gets a session of its own and dies with the host.</summary>
internal static class ChildCommand
{
    /// <summary>
    /// Runs between the tie and the program: when the host died before the tie was made, its signal never comes, but the parent is
    /// another by then.
    /// </summary>
    private const string CheckParent = "[ \"$PPID\" = \"$0\" ] || exit 1; exec \"$@\"";

    private static readonly string? SetSid = FindOnPath("setsid");
    private static readonly string? SetPriv = OperatingSystem.IsLinux() ? FindOnPath("setpriv") : null;

    /// <summary>Whether the child leads a session and group of its own; then its group can be killed as a whole.</summary>
    public static bool HasOwnSession => SetSid is not null;

    /// <summary>What this machine lacks, in one line; null when nothing is missing.</summary>
    public static string? Shortcoming => (SetSid, SetPriv) switch
    {
        (null, _) => "setsid (util-linux) is not installed: Ctrl-C reaches the resources, too; SIGKILL of this host leaves them running",
        (_, null) => "setpriv (util-linux) is not installed: SIGKILL of this host leaves its resources running",
        _ => null,
    };

    /// <summary>Streams are redirected and the environment is the host's own, to be changed by the caller.</summary>
    public static ProcessStartInfo Wrap(string program, IEnumerable<string> arguments, string workingDirectory)
    {
        List<string> words = [];
        if (SetSid is not null)
            words.Add(SetSid);
        if (SetSid is not null && SetPriv is not null)
        {
            words.AddRange(SetPriv, "--pdeathsig", "KILL", "/bin/sh", "-c", CheckParent);
            words.Add(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }

        words.Add(program);
        words.AddRange(arguments);
        return new ProcessStartInfo(words[0], words.Skip(1))
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
    }

    private static string? FindOnPath(string name) =>
        OperatingSystem.IsWindows()
            ? null
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
                .Append("/usr/bin")
                .Select(directory => Path.Combine(directory, name))
                .FirstOrDefault(File.Exists);
}
