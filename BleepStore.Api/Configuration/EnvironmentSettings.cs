using System.Globalization;

namespace BleepStore.Api.Configuration;

/// <summary>
/// Reads settings from the environment: <c>BLEEPSTORE__SECTION__KEY</c> for every key, and, below the file, the addresses that ASP.NET Core's
/// own variables give.
/// </summary>
internal static class EnvironmentSettings
{
    /// <summary>Begins the name of every variable that sets a key; two underscores stand between sections.</summary>
    public const string Prefix = "BLEEPSTORE__";

    private static readonly string[] PortVariables = ["ASPNETCORE_HTTP_PORTS", "HTTP_PORTS"];

    /// <summary>Every <c>BLEEPSTORE__</c> variable that is not empty, by path.</summary>
    public static IReadOnlyDictionary<string, SourcedValue> Read(IReadOnlyDictionary<string, string> environment)
    {
        var values = new Dictionary<string, SourcedValue>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in environment)
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && value.Length > 0)
            {
                values[name[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal).ToLowerInvariant()] = new(value, name);
            }
        }

        return values;
    }

    /// <summary>Host and port of <c>ASPNETCORE_URLS</c>, else a port of <c>HTTP_PORTS</c> on all interfaces, else nothing.</summary>
    public static IReadOnlyDictionary<string, SourcedValue> ReadAddresses(IReadOnlyDictionary<string, string> environment)
    {
        var values = new Dictionary<string, SourcedValue>(StringComparer.OrdinalIgnoreCase);
        if (environment.TryGetValue("ASPNETCORE_URLS", out var urls) && urls.Length > 0)
        {
            var (host, port) = Split(urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[0]);
            values["server:host"] = new(host, "ASPNETCORE_URLS");
            values["server:port"] = new(port, "ASPNETCORE_URLS");
            return values;
        }

        foreach (var variable in PortVariables)
        {
            if (environment.TryGetValue(variable, out var ports) && ports.Length > 0)
            {
                values["server:host"] = new("*", variable);
                values["server:port"] = new(ports.Split(';')[0].Trim(), variable);
                return values;
            }
        }

        return values;
    }

    /// <summary>The process's environment as a dictionary.</summary>
    public static IReadOnlyDictionary<string, string> OfProcess()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = variable.Value as string ?? "";
        }

        return variables;
    }

    private static (string Host, string Port) Split(string url)
    {
        // '+' and '*' are Kestrel's wildcards and no host that Uri would take.
        var usable = url.Replace("://+", "://0.0.0.0", StringComparison.Ordinal).Replace("://*", "://0.0.0.0", StringComparison.Ordinal);
        return Uri.TryCreate(usable, UriKind.Absolute, out var parsed)
            ? (parsed.DnsSafeHost, parsed.Port.ToString(CultureInfo.InvariantCulture))
            : (url, url);
    }
}
