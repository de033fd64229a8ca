namespace BleepStore.Api.CommandLine;

/// <summary>What the process tells who started it; part of the interface.</summary>
internal static class ExitCodes
{
    /// <summary>Stopped as asked.</summary>
    public const int Success = 0;

    /// <summary>Something unforeseen; the log has it. Or a running server refused what it was asked.</summary>
    public const int Failure = 1;

    /// <summary>The command line or the configuration is wrong: one line for each fault on standard error.</summary>
    public const int Usage = 2;

    /// <summary>An address cannot be listened on, mostly because another process does.</summary>
    public const int AddressUnavailable = 3;

    /// <summary>The store cannot be opened: in use by another process, foreign, damaged, newer, or without its root key.</summary>
    public const int StoreUnavailable = 4;

    /// <summary>A check found damage that was not repaired, or metadata that cannot be read.</summary>
    public const int DamageFound = 5;

    /// <summary>A write could not be made durable, so that only a restart tells the truth.</summary>
    public const int DurabilityLost = Storage.FileSystem.ProcessFatalErrors.ExitCode;

    /// <summary>A check was stopped by a signal before its end, having found no damage so far.</summary>
    public const int Interrupted = 130;

    /// <summary>The lines of the help text.</summary>
    public const string Help =
        """
        Exit codes:
          0   stopped as asked; of a check: no damage
          1   unforeseen failure; of a command to a running server: it refused
          2   wrong command line or configuration
          3   an address cannot be listened on
          4   the store cannot be opened (in use, foreign, damaged, newer, or without its root key)
          5   a check found damage
          74  a write could not be made durable; start again
          130 a check was stopped before its end
        """;
}
