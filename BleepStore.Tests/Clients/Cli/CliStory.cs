namespace BleepStore.Tests.Clients.Cli;

/// <summary>What people do with the AWS CLI, told as a session in a shell: each command sees what the ones before it left.</summary>
/// <param name="Area">Name of its file below Golden/Cli.</param>
/// <param name="Steps">What is done, in order.</param>
internal sealed record CliStory(string Area, IReadOnlyList<CliStep> Steps);

/// <summary>One thing that a story does; it knows its line, which a failure names.</summary>
internal abstract record CliStep(int Line);

/// <summary>A command of the AWS CLI and what it has to answer.</summary>
/// <param name="Line">Where it stands.</param>
/// <param name="Caller">Who runs it: root, alice, anonymous, or whom the story has introduced.</param>
/// <param name="Arguments">Arguments after <c>aws</c>, with placeholders.</param>
/// <param name="Output">What it prints: JSON, or plain text after <c>=</c>; nothing where it is empty.</param>
/// <param name="Refusal">The error that the service answers; null for a success.</param>
internal sealed record CliCommand(int Line, string Caller, IReadOnlyList<string> Arguments, string Output, CliRefusal? Refusal) : CliStep(Line)
{
    /// <summary>The service that is called, e.g. <c>s3api</c>.</summary>
    public string Service => Arguments[0];

    /// <summary>The AWS name of the operation that a command of s3api, iam or sts calls.</summary>
    public string Operation => string.Concat(Arguments[1].Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    public override string ToString() => $"aws {string.Join(' ', Arguments)}";
}

/// <summary>An error that a service answers.</summary>
/// <param name="Code">Its code, which the CLI shows; the status where an answer has no body.</param>
/// <param name="Message">Its message, with placeholders; null where it is not compared.</param>
internal sealed record CliRefusal(string Code, string? Message);

/// <summary>Writes a file that a command takes.</summary>
internal sealed record CliFile(int Line, string Name, string Content) : CliStep(Line);

/// <summary>Compares a file that a command left.</summary>
internal sealed record CliExpectedFile(int Line, string Name, string Content) : CliStep(Line);

/// <summary>Introduces a caller whose keys an answer has shown.</summary>
internal sealed record CliCaller(int Line, string Name, IReadOnlyList<string> Keys) : CliStep(Line);
