using System.CommandLine;
using System.Text.Json;
using BleepStore.Api.Configuration;

namespace BleepStore.Api.CommandLine;

/// <summary>
/// The commands that ask a running server: <c>user …</c>, <c>group …</c> and <c>key …</c>. What it answers is printed as JSON; a secret among it
/// is shown this once.
/// </summary>
internal sealed class AdminCommands(IReadOnlyDictionary<string, string> environment, TextWriter output, TextWriter errors)
{
    private readonly Option<string?> _config = new("--config")
    {
        Description = "YAML configuration file of the server (default: ./bleepstore.yaml if present)",
        HelpName = "FILE",
    };

    private readonly Option<string?> _url = new("--url") { Description = "URL of the server's admin API (default: of the configuration)", HelpName = "URL" };

    private readonly Option<string?> _account = new("--account")
    {
        Description = "Id or number of the account (default: that of the root credential)",
        HelpName = "ID",
    };

    /// <summary>All of them.</summary>
    public IEnumerable<Command> All => [User(), Group(), Key()];

    private Command User()
    {
        var name = NameOf("USER");
        var path = new Option<string?>("--path") { Description = "Path of the user, such as /team/", HelpName = "PATH" };
        var force = new Option<bool>("--force") { Description = "Take away keys, policies and groups first" };
        var group = NameOf("GROUP");
        return With(new Command("user", "Users of a running server."),
            Ask("list", "Lists the users of an account.", HttpMethods.Get, _ => "/admin/users?limit=1000"),
            Ask("create", "Makes a user, who may nothing until a policy allows it.", HttpMethods.Post, _ => "/admin/users",
                parsed => JsonSerializer.Serialize(new { name = parsed.GetValue(name), path = parsed.GetValue(path) ?? "/" }), name, path),
            Ask("show", "Shows a user.", HttpMethods.Get, parsed => $"/admin/users/{In(parsed, name)}", null, name),
            Ask("delete", "Deletes a user.", HttpMethods.Delete,
                parsed => $"/admin/users/{In(parsed, name)}?force={(parsed.GetValue(force) ? "true" : "false")}", null, name, force),
            With(new Command("key", "Access keys of a user."),
                Ask("create", "Makes an access key; its secret is shown this once.", HttpMethods.Post, parsed => $"/admin/users/{In(parsed, name)}/keys", null, name),
                AskKey("delete", "Deletes an access key.", HttpMethods.Delete, "", body: null),
                AskKey("disable", "Disables an access key, at once.", HttpMethods.Put, "/status", """{"active":false}"""),
                AskKey("enable", "Enables an access key.", HttpMethods.Put, "/status", """{"active":true}""")),
            With(new Command("group", "Groups of a user."),
                Ask("join", "Makes a user a member of a group.", HttpMethods.Put, parsed => $"/admin/users/{In(parsed, name)}/groups?name={In(parsed, group)}", null, name, group),
                Ask("leave", "Takes a user out of a group.", HttpMethods.Delete, parsed => $"/admin/users/{In(parsed, name)}/groups?name={In(parsed, group)}", null, name, group)),
            Policy("users", "user"));
    }

    private Command Group()
    {
        var name = NameOf("GROUP");
        var force = new Option<bool>("--force") { Description = "Take away its policies first" };
        return With(new Command("group", "Groups of users of a running server."),
            Ask("list", "Lists the groups of an account.", HttpMethods.Get, _ => "/admin/groups?limit=1000"),
            Ask("create", "Makes a group.", HttpMethods.Post, _ => "/admin/groups", parsed => JsonSerializer.Serialize(new { name = parsed.GetValue(name) }), name),
            Ask("show", "Shows a group.", HttpMethods.Get, parsed => $"/admin/groups/{In(parsed, name)}", null, name),
            Ask("delete", "Deletes a group without members.", HttpMethods.Delete,
                parsed => $"/admin/groups/{In(parsed, name)}?force={(parsed.GetValue(force) ? "true" : "false")}", null, name, force),
            Policy("groups", "group"));
    }

    private Command Policy(string path, string word)
    {
        var name = NameOf(word.ToUpperInvariant());
        var policy = NameOf("POLICY");
        var file = new Argument<string>("FILE") { Description = "File with the policy, - for standard input" };
        var arn = NameOf("ARN");
        return With(new Command("policy", $"Policies of a {word}."),
            Ask("list", "Shows them all.", HttpMethods.Get, parsed => $"/admin/{path}/{In(parsed, name)}/policies", null, name),
            Ask("put", "Adds or replaces a policy.", HttpMethods.Put, parsed => $"/admin/{path}/{In(parsed, name)}/policies?name={In(parsed, policy)}",
                parsed => ReadFile(parsed.GetValue(file)!), name, policy, file),
            Ask("delete", "Removes a policy.", HttpMethods.Delete, parsed => $"/admin/{path}/{In(parsed, name)}/policies?name={In(parsed, policy)}", null, name, policy),
            Ask("attach", "Attaches a managed policy, such as arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess.", HttpMethods.Put,
                parsed => $"/admin/{path}/{In(parsed, name)}/attachments?arn={In(parsed, arn)}", null, name, arn),
            Ask("detach", "Detaches a managed policy.", HttpMethods.Delete, parsed => $"/admin/{path}/{In(parsed, name)}/attachments?arn={In(parsed, arn)}", null, name, arn));
    }

    private Command Key() => With(new Command("key", "The root key of a running server, which wraps all secrets at rest."),
        Ask("show", "Shows which root key is in use, and not the key itself.", HttpMethods.Get, _ => "/admin/root-key"),
        Ask("rotate", "Makes a new root key and wraps every secret anew, while the server runs.", HttpMethods.Post, _ => "/admin/root-key/rotate"));

    private Command AskKey(string verb, string description, string method, string suffix, string? body)
    {
        var accessKey = NameOf("ACCESS_KEY");
        return Ask(verb, description, method, parsed => $"/admin/credentials/{In(parsed, accessKey)}{suffix}", body is null ? null : _ => body, accessKey);
    }

    private Command Ask(
        string verb, string description, string method, Func<ParseResult, string> path, Func<ParseResult, string>? body = null, params Symbol[] symbols)
    {
        var command = new Command(verb, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Arguments.Add(argument);
            }
            else if (symbol is Option option)
            {
                command.Options.Add(option);
            }
        }

        foreach (var option in new Option[] { _account, _url, _config })
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellationToken) => CommandGuard.RunAsync(errors, async () =>
        {
            var options = ConfigurationLoader.Load(parsed.GetValue(_config), environment, new Dictionary<string, SourcedValue>());
            using var client = new AdminClient(options, parsed.GetValue(_url));
            var target = path(parsed);
            if (parsed.GetValue(_account) is { } account)
            {
                target += (target.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "account=" + Uri.EscapeDataString(account);
            }

            var answer = await client.SendAsync(method, target, body?.Invoke(parsed), cancellationToken);
            if (answer.Length > 0)
            {
                await output.WriteLineAsync(answer.TrimEnd());
            }

            return ExitCodes.Success;
        }));
        return command;
    }

    private static Command With(Command command, params Command[] subcommands)
    {
        foreach (var subcommand in subcommands)
        {
            command.Subcommands.Add(subcommand);
        }

        return command;
    }

    private static Argument<string> NameOf(string name) => new(name);

    private static string In(ParseResult parsed, Argument<string> argument) => Uri.EscapeDataString(parsed.GetValue(argument)!);

    private static string ReadFile(string path)
    {
        try
        {
            return path == "-" ? Console.In.ReadToEnd() : File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"FILE = {path}: {e.Message}");
        }
    }
}
