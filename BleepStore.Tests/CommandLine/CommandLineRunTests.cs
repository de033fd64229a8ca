using BleepStore.Api.CommandLine;

namespace BleepStore.Tests.CommandLine;

/// <summary>What a user sees of the command before it serves: help, version, and one line and an exit code for every mistake.</summary>
public sealed class CommandLineRunTests
{
    [Theory]
    [InlineData("--prot", "9000")]
    [InlineData("server")]
    [InlineData("--port")]
    [InlineData("--port", "1", "--port", "2")]
    public async Task A_wrong_command_line_is_one_line_and_ends_with_2(params string[] arguments)
    {
        var (exitCode, output, errors) = await RunAsync(arguments);
        exitCode.ShouldBe(2);
        output.ShouldBeEmpty();
        errors.ShouldStartWith("bleepstore: ");
        errors.ShouldContain("bleepstore --help");
        errors.Trim().ShouldNotContain('\n');
    }

    [Theory]
    [InlineData("--port", "abc", "bleepstore: server.port = abc (--port): must be a port number from 0 (any free one) to 65535.")]
    [InlineData("--log-level", "loud", "bleepstore: logging.level = loud (--log-level): must be trace or debug or info")]
    [InlineData("--log-format", "xml", "bleepstore: logging.format = xml (--log-format): must be text or json.")]
    [InlineData("--max-object-size", "0", "bleepstore: server.max_object_size = 0 (--max-object-size): must be a size from 1 to 5GiB")]
    [InlineData("--config", "/nowhere.yaml", "bleepstore: --config = /nowhere.yaml: there is no such file.")]
    public async Task A_wrong_value_is_one_line_and_ends_with_2(string option, string value, string line)
    {
        foreach (var arguments in new[] { new[] { option, value }, ["serve", option, value], ["serve", $"{option}={value}"] })
        {
            var (exitCode, _, errors) = await RunAsync(arguments);
            exitCode.ShouldBe(2);
            errors.TrimEnd().Split('\n').ShouldHaveSingleItem().ShouldStartWith(line);
        }
    }

    [Theory]
    [InlineData("bleepstore: user needs a command.", "user")]
    [InlineData("bleepstore: there is no command user lst; did you mean list? It takes list, create, show, delete, key, group, policy (bleepstore user --help tells more)", "user", "lst")]
    [InlineData("bleepstore: there is no command user policy frob. It takes list, put, delete, attach, detach (bleepstore user policy --help tells more)", "user", "policy", "frob")]
    [InlineData("bleepstore: key needs a command. It takes show, rotate (bleepstore key --help tells more)", "key")]
    public async Task A_wrong_or_missing_verb_is_told_with_those_that_there_are(string line, params string[] arguments)
    {
        var (exitCode, output, errors) = await RunAsync(arguments);
        exitCode.ShouldBe(2);
        output.ShouldBeEmpty();
        errors.TrimEnd().ShouldStartWith(line);
        errors.TrimEnd().ShouldNotContain('\n');
    }

    [Fact]
    public async Task The_version_is_one_line()
    {
        var (exitCode, output, _) = await RunAsync("--version");
        exitCode.ShouldBe(0);
        output.Trim().ShouldMatch(@"^bleepstore \d+\.\d+\.\d+$");
    }

    [Fact]
    public async Task The_help_names_every_option_and_exit_code()
    {
        var (exitCode, output, _) = await RunAsync("--help");
        exitCode.ShouldBe(0);
        foreach (var option in new ServeOptions().All)
        {
            output.ShouldContain(option.Name);
        }

        foreach (var code in (int[])[
            ExitCodes.Success, ExitCodes.Failure, ExitCodes.Usage, ExitCodes.AddressUnavailable, ExitCodes.StoreUnavailable, ExitCodes.DurabilityLost,
            ExitCodes.DamageFound, ExitCodes.Interrupted])
        {
            output.ShouldMatch($@"(?m)^\s+{code}\s+\S");
        }
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exitCode = await CommandLineRun.RunAsync(arguments, new Dictionary<string, string>(), output, errors);
        return (exitCode, output.ToString(), errors.ToString());
    }
}
