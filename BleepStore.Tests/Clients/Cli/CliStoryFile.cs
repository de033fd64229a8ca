using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using BleepStore.Tests.Repository;

namespace BleepStore.Tests.Clients.Cli;

/// <summary>Reads the stories below Golden/Cli; their README tells the format.</summary>
internal static partial class CliStoryFile
{
    private const string Folder = "BleepStore.Tests/Golden/Cli";

    /// <summary>All stories, by the names of their files.</summary>
    public static IReadOnlyList<CliStory> ReadAll()
        => [.. RepositoryFiles.Find(".txt", Folder).Order(StringComparer.Ordinal).Select(path => Read(Path.GetFileNameWithoutExtension(path), File.ReadAllLines(path)))];

    /// <summary>The story that the lines tell.</summary>
    /// <exception cref="FormatException">A line is none that a story may have.</exception>
    public static CliStory Read(string area, IReadOnlyList<string> lines)
    {
        var steps = new List<CliStep>();
        for (var i = 0; i < lines.Count;)
        {
            var line = i + 1;
            try
            {
                i = ReadStep(lines, i, steps);
            }
            catch (FormatException e)
            {
                throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{area}.txt:{line}: {e.Message}"), e);
            }
        }

        return new CliStory(area, steps);
    }

    /// <summary>The words of a command line, as a shell would read them: quotes of both kinds, no expansions.</summary>
    public static IReadOnlyList<string> SplitWords(string text)
    {
        var words = new List<string>();
        foreach (Match match in Word().Matches(text))
        {
            words.Add(string.Concat(match.Groups["part"].Captures.Select(part => part.Value is ['\'' or '"', .. var inner, _] ? inner : part.Value)));
        }

        return words;
    }

    private static int ReadStep(IReadOnlyList<string> lines, int index, List<CliStep> steps)
    {
        var line = lines[index];
        var number = index + 1;
        if (line.Length == 0 || line[0] == '#')
        {
            return index + 1;
        }

        if (CommandLine().Match(line) is { Success: true } command)
        {
            var text = new StringBuilder(command.Groups["arguments"].Value);
            for (; text[^1] == '\\'; index++)
            {
                text.Length--;
                text.Append(lines[index + 1].Trim());
            }

            var caller = command.Groups["caller"].Value;
            var (refusal, output, next) = ReadAnswer(lines, index + 1);
            steps.Add(new CliCommand(number, caller.Length == 0 ? "root" : caller, SplitWords(text.ToString()), output, refusal));
            return next;
        }

        steps.Add(OtherLine().Match(line) switch
        {
            { Success: true } match when match.Groups["content"].Success && match.Groups["mark"].Value == ">"
                => new CliFile(number, match.Groups["name"].Value, match.Groups["content"].Value),
            { Success: true } match when match.Groups["content"].Success && match.Groups["mark"].Value == "<"
                => new CliExpectedFile(number, match.Groups["name"].Value, match.Groups["content"].Value),
            { Success: true } match when match.Groups["keys"].Success => new CliCaller(number, match.Groups["name"].Value, match.Groups["keys"].Value.Split(' ')),
            _ => throw new FormatException($"Neither a command nor a file nor a caller: {line}"),
        });
        return index + 1;
    }

    /// <summary>What stands below a command, up to an empty line or the next step.</summary>
    private static (CliRefusal? Refusal, string Output, int Next) ReadAnswer(IReadOnlyList<string> lines, int index)
    {
        if (index < lines.Count && RefusalLine().Match(lines[index]) is { Success: true } refusal)
        {
            var message = refusal.Groups["message"];
            return (new CliRefusal(refusal.Groups["code"].Value, message.Success ? message.Value : null), "", index + 1);
        }

        var output = new StringBuilder();
        while (index < lines.Count && lines[index].Length > 0 && !NextStep().IsMatch(lines[index]))
        {
            output.Append(lines[index++]).Append('\n');
        }

        return (null, output.ToString().TrimEnd('\n'), index);
    }

    [GeneratedRegex(@"^(?<caller>[a-z]*)\$ aws (?<arguments>.+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CommandLine();

    [GeneratedRegex(@"^(?<mark>[<>]) (?<name>\S+) \| (?<content>.*)$|^% (?<name>[a-z]+) (?<keys>\S+ \S+( \S+)?)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OtherLine();

    [GeneratedRegex(@"^([a-z]*\$ aws |[<>%#] )", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NextStep();

    [GeneratedRegex("^! (?<code>[A-Za-z0-9.]+)( (?<message>.+))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RefusalLine();

    [GeneratedRegex("""(?<part>'[^']*'|"[^"]*"|[^\s'"]+)+""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Word();
}
