using System.CommandLine;
using BleepStore.Api.Configuration;

namespace BleepStore.Api.CommandLine;

/// <summary>What the command line of <c>serve</c> asks for.</summary>
/// <param name="File">The configuration file; null for the default one.</param>
/// <param name="ReadyFile">Where the bound addresses are written once the server answers; null for nowhere.</param>
/// <param name="Environment">Environment variables by name.</param>
/// <param name="Flags">Keys that flags set, by path.</param>
internal sealed record ServeArguments(
    string? File, string? ReadyFile, IReadOnlyDictionary<string, string> Environment, IReadOnlyDictionary<string, SourcedValue> Flags);

/// <summary>
/// The options of <c>serve</c>. Those that stand for a key are texts: the configuration checks them like any other source.
/// </summary>
internal sealed class ServeOptions
{
    private readonly Option<string?> _config = new("--config")
    {
        Description = "YAML configuration file (default: ./bleepstore.yaml if present)",
        HelpName = "FILE",
    };

    private readonly Option<string?> _readyFile = new("--ready-file")
    {
        Description = "Write the bound URLs as JSON here once the server answers",
        HelpName = "FILE",
    };

    private readonly (Option<string?> Option, string Path)[] _keys =
    [
        (new("--host") { Description = "Address to serve S3 on (server.host, default 127.0.0.1)", HelpName = "HOST" }, "server:host"),
        (new("--port")
            { Description = "Port to serve S3 on, 0 for any free one (server.port, default 9000)", HelpName = "PORT" },
            "server:port"),
        (new("--log-level")
            { Description = "trace, debug, info, warn, error or none (logging.level, default info)", HelpName = "LEVEL" },
            "logging:level"),
        (new("--log-format") { Description = "text or json (logging.format, default text)", HelpName = "FORMAT" }, "logging:format"),
        (new("--shutdown-timeout")
            { Description = "How long requests may take after SIGTERM (server.shutdown_timeout, default 30s)", HelpName = "TIME" },
            "server:shutdown_timeout"),
        (new("--max-object-size")
            { Description = "Largest body of one PUT or part (server.max_object_size, default 5GiB)", HelpName = "BYTES" },
            "server:max_object_size"),
    ];

    /// <summary>All options, in the order of the help text.</summary>
    public IEnumerable<Option> All => [_config, .. _keys.Select(key => key.Option), _readyFile];

    public ServeArguments Read(ParseResult parsed, IReadOnlyDictionary<string, string> environment)
    {
        var flags = new Dictionary<string, SourcedValue>(StringComparer.OrdinalIgnoreCase);
        foreach (var (option, path) in _keys)
        {
            if (parsed.GetValue(option) is { } value)
            {
                flags[path] = new(value, option.Name);
            }
        }

        return new ServeArguments(parsed.GetValue(_config), parsed.GetValue(_readyFile), environment, flags);
    }
}
