using System.Text;
using System.Text.RegularExpressions;
using BleepStore.Tests.Aws;
using BleepStore.Tests.Processes;

namespace BleepStore.Tests.Clients.Cli;

/// <summary>Runs a story against a server and says at which line it is not as told.</summary>
internal sealed class CliStoryRun(Uri endpoint, CliStory story, string directory)
{
    // The CLI says so of what a service answered; 252 and 255 are its own complaints.
    private const int ServiceRefused = 254;

    private readonly DocumentedValues _values = new(endpoint.Authority);
    private readonly Dictionary<string, string[]> _callers = new(StringComparer.Ordinal)
    {
        ["root"] = [ServerProcess.AccessKey, ServerProcess.SecretKey],
        ["alice"] = [CliServer.Alice, CliServer.AliceSecret],
        ["anonymous"] = [],
    };

    public async Task RunAsync(CliDriver cli, CancellationToken cancellationToken)
    {
        foreach (var step in story.Steps)
        {
            var problem = step switch
            {
                CliCommand command => await RunAsync(cli, command, cancellationToken),
                CliFile file => await WriteAsync(file, cancellationToken),
                CliExpectedFile file => await CompareAsync(file, cancellationToken),
                CliCaller caller => Introduce(caller),
                _ => throw new InvalidOperationException($"No such step: {step}"),
            };
            if (problem is not null)
                throw new ToolFailedException($"{story.Area}.txt:{step.Line}: {problem}");
        }
    }

    private async Task<string?> RunAsync(CliDriver cli, CliCommand command, CancellationToken cancellationToken)
    {
        var arguments = command.Arguments.Select(argument => _values.Expand(argument, [])).ToList();
        var keys = _callers[command.Caller];
        if (keys.Length == 0)
            arguments.Add("--no-sign-request");
        var answer = await cli.RunAsync(["--endpoint-url", endpoint.GetLeftPart(UriPartial.Authority), .. arguments], EnvironmentOf(keys), cancellationToken);
        var problem = command.Refusal is { } refusal ? FindProblem(refusal, command.Operation, answer) : FindProblem(command.Output, answer);
        return problem is null ? null : $"{problem}\n$ aws {string.Join(' ', arguments)}\nexit code {answer.Code}\n{answer.Output}{answer.Error}";
    }

    private string? FindProblem(CliRefusal refusal, string operation, CliAnswer answer)
    {
        if (answer.Code != ServiceRefused)
            return $"{refusal.Code} was expected";
        var match = Regex.Match(
            answer.Error.Trim(),
            @$"^An error occurred \({Regex.Escape(refusal.Code)}\) when calling the {operation} operation( \([^)]*\))?: (?<message>.*)$",
            RegexOptions.ExplicitCapture | RegexOptions.Singleline | RegexOptions.IgnoreCase,
            TimeSpan.FromSeconds(10));
        if (!match.Success)
            return $"{refusal.Code} of {operation} was expected";
        return refusal.Message is null || _values.Matches(refusal.Message, match.Groups["message"].Value, []) ? null : $"another message was expected: {refusal.Message}";
    }

    private string? FindProblem(string expected, CliAnswer answer)
    {
        if (answer.Code != 0)
            return "success was expected";
        var output = answer.Output.TrimEnd();
        if (expected.StartsWith("= ", StringComparison.Ordinal) || expected.Length == 0)
        {
            var text = expected.Replace("\n= ", "\n", StringComparison.Ordinal);
            return _values.Matches(text.Length == 0 ? "" : text[2..], output, []) ? null : "another text was expected";
        }

        return CliJson.FindDifference(expected, output, _values);
    }

    private async Task<string?> WriteAsync(CliFile file, CancellationToken cancellationToken)
    {
        await File.WriteAllBytesAsync(Path.Combine(directory, file.Name), Encoding.UTF8.GetBytes(_values.Expand(file.Content, [])), cancellationToken);
        return null;
    }

    private async Task<string?> CompareAsync(CliExpectedFile file, CancellationToken cancellationToken)
    {
        var seen = await File.ReadAllTextAsync(Path.Combine(directory, file.Name), cancellationToken);
        var expected = _values.Expand(file.Content, []);
        return seen == expected ? null : $"{file.Name} has other bytes: {(seen.Length > 200 ? seen[..200] : seen)}";
    }

    private string? Introduce(CliCaller caller)
    {
        _callers[caller.Name] = [.. caller.Keys.Select(key => _values.Expand(key, []))];
        return null;
    }

    private Dictionary<string, string> EnvironmentOf(string[] keys)
    {
        var environment = new Dictionary<string, string>
        {
            ["AWS_DEFAULT_REGION"] = ServerProcess.Region,
            ["AWS_CONFIG_FILE"] = Path.Combine(directory, "no-config"),
            ["AWS_SHARED_CREDENTIALS_FILE"] = Path.Combine(directory, "no-credentials"),
            ["AWS_EC2_METADATA_DISABLED"] = "true",
            ["AWS_MAX_ATTEMPTS"] = "1",
            ["AWS_PAGER"] = "",
        };
        foreach (var (name, value) in ((string[])["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]).Zip(keys))
            environment[name] = value;
        return environment;
    }
}
