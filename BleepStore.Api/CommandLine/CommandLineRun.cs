using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using BleepStore.Api.Configuration;
using BleepStore.Api.Hosting;

namespace BleepStore.Api.CommandLine;

/// <summary>The command <c>bleepstore</c>: reads the arguments, and runs what they ask for.</summary>
internal static class CommandLineRun
{
    /// <summary>Runs to the end; the answer is the exit code.</summary>
    public static async Task<int> RunAsync(
        string[] arguments, IReadOnlyDictionary<string, string> environment, TextWriter output, TextWriter errors)
    {
        var options = new ServeOptions();
        var root = BuildRoot(options, environment, output, errors);
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            await errors.WriteLineAsync(Fault(parsed));
            return ExitCodes.Usage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = output,
            Error = errors,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    // The first fault alone: the value after a mistyped option would be told as a second one.
    private static string Fault(ParseResult parsed)
    {
        if (parsed.CommandResult.Command is { Action: null, Subcommands.Count: > 0 } group)
        {
            return FaultOfGroup(group, string.Join(' ', Path(parsed.CommandResult).Skip(1)), parsed.UnmatchedTokens);
        }

        var fault = parsed.Errors[0].Message;
        var names = parsed.CommandResult.Command.Options.Select(option => option.Name);
        return parsed.UnmatchedTokens is [var first, ..] && fault.Contains($"'{first}'", StringComparison.Ordinal)
            ? $"bleepstore: {fault.TrimEnd('.')}{NearestName.Suggestion(first, names)} (bleepstore --help lists the options)"
            : $"bleepstore: {fault} (bleepstore --help lists the options)";
    }

    private static string FaultOfGroup(Command group, string path, IReadOnlyList<string> unmatched)
    {
        var verbs = group.Subcommands.Select(command => command.Name).ToArray();
        var fault = unmatched is [var first, ..] ? $"there is no command {path} {first}{NearestName.Suggestion(first, verbs)}" : $"{path} needs a command.";
        return $"bleepstore: {fault} It takes {string.Join(", ", verbs)} (bleepstore {path} --help tells more)";
    }

    private static IEnumerable<string> Path(SymbolResult? result)
        => result is CommandResult command ? [.. Path(command.Parent), command.Parent is null ? "bleepstore" : command.Command.Name] : [];

    private static RootCommand BuildRoot(ServeOptions options, IReadOnlyDictionary<string, string> environment, TextWriter output, TextWriter errors)
    {
        var root = new RootCommand("BleepStore: an S3-compatible object store.");
        var serve = new Command("serve", "Serves S3 until SIGTERM or Ctrl-C (the default).");
        foreach (var option in options.All)
        {
            root.Options.Add(option);
            serve.Options.Add(option);
        }

        foreach (var command in new[] { root, serve })
        {
            command.SetAction((parsed, cancellationToken) => ServeCommand.RunAsync(options.Read(parsed, environment), errors, cancellationToken));
        }

        root.Subcommands.Add(serve);
        var checks = new CheckOptions();
        root.Subcommands.Add(CheckCommandOf(
            "fsck", "Holds metadata and bytes against each other, in both directions, while no server runs.", checks.OfFsck, checks.ReadFsck));
        root.Subcommands.Add(CheckCommandOf(
            "scrub", "Reads and verifies all bytes of all objects, while no server runs.", checks.OfScrub, checks.ReadScrub));
        foreach (var command in new AdminCommands(environment, output, errors).All)
        {
            root.Subcommands.Add(command);
        }

        foreach (var option in root.Options)
        {
            if (option is VersionOption version)
            {
                version.Action = new PrintVersion();
            }
            else if (option is HelpOption { Action: HelpAction help } helpOption)
            {
                helpOption.Action = new HelpWithExitCodes(help);
            }
        }

        return root;

        Command CheckCommandOf(string name, string description, IEnumerable<Option> all, Func<ParseResult, CheckArguments> read)
        {
            var command = new Command(name, description);
            foreach (var option in all)
            {
                command.Options.Add(option);
            }

            command.SetAction((parsed, cancellationToken) => CheckCommand.RunAsync(() => read(parsed), environment, output, errors, cancellationToken));
            return command;
        }
    }

    /// <summary>Prints name and version.</summary>
    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"bleepstore {BuildInformation.Version}");
            return ExitCodes.Success;
        }
    }

    /// <summary>Adds the exit codes to the help text.</summary>
    private sealed class HelpWithExitCodes(HelpAction inner) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var result = inner.Invoke(parseResult);
            parseResult.InvocationConfiguration.Output.WriteLine(
                "Every key of the configuration can also be set by a variable: BLEEPSTORE__SERVER__PORT=9000 for server.port.\n");
            parseResult.InvocationConfiguration.Output.WriteLine(ExitCodes.Help);
            return result;
        }
    }
}
