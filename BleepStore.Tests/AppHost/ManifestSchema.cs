using System.Text.Json;
using System.Text.RegularExpressions;

namespace BleepStore.Tests.AppHost;

/// <summary>
/// The rules of the public schema aspire-8.0.json for the resource types that our manifest uses, and that every expression points
/// to something.
/// </summary>
internal static partial class ManifestSchema
{
    private const string Address = "https://json.schemastore.org/aspire-8.0.json";
    private static readonly string[] Schemes = ["http", "https", "tcp", "udp"];
    private static readonly string[] Protocols = ["tcp", "udp"];
    private static readonly string[] Transports = ["http", "http2", "tcp"];
    private static readonly string[] ProjectProperties = ["type", "path", "args", "env", "bindings"];
    private static readonly string[] BindingProperties = ["scheme", "protocol", "transport", "external", "port", "targetPort"];

    public static IReadOnlyList<string> Violations(JsonElement manifest)
    {
        List<string> found = [];
        if (!IsText(manifest, "$schema", text => text == Address))
            found.Add($"$schema is not {Address}");
        if (!manifest.TryGetProperty("resources", out var resources) || resources.ValueKind != JsonValueKind.Object)
            return [.. found, "resources is not an object"];

        foreach (var resource in resources.EnumerateObject())
        {
            if (!ResourceName().IsMatch(resource.Name))
                found.Add($"{resource.Name}: not a resource name");
            found.AddRange((resource.Value.TryGetProperty("type", out var type) ? type.GetString() : null) switch
            {
                "project.v0" => Project(resource.Value).Select(violation => $"{resource.Name}: {violation}"),
                "parameter.v0" => Parameter(resource).Select(violation => $"{resource.Name}: {violation}"),
                var other => [$"{resource.Name}: unknown type {other}"],
            });
        }

        found.AddRange(Expression().Matches(manifest.GetRawText())
            .Select(match => match.Groups["path"].Value)
            .Where(expression => !Resolves(resources, expression))
            .Select(expression => $"{{{expression}}} points to nothing"));
        return found;
    }

    private static IEnumerable<string> Project(JsonElement project)
    {
        foreach (var property in project.EnumerateObject().Where(property => !ProjectProperties.Contains(property.Name)))
            yield return $"unknown property {property.Name}";
        if (!IsText(project, "path", path => path.EndsWith(".csproj", StringComparison.Ordinal) && !Path.IsPathRooted(path)))
            yield return "path is not the relative path of a project";
        if (project.TryGetProperty("env", out var env) && env.EnumerateObject().Any(it => it.Value.ValueKind != JsonValueKind.String))
            yield return "an environment variable is not text";
        if (!project.TryGetProperty("bindings", out var bindings))
            yield break;
        foreach (var binding in bindings.EnumerateObject())
        {
            foreach (var violation in Binding(binding.Value))
                yield return $"{binding.Name}: {violation}";
        }
    }

    private static IEnumerable<string> Binding(JsonElement binding)
    {
        foreach (var property in binding.EnumerateObject().Where(property => !BindingProperties.Contains(property.Name)))
            yield return $"unknown property {property.Name}";
        if (!IsText(binding, "scheme", Schemes.Contains))
            yield return "scheme";
        if (!IsText(binding, "protocol", Protocols.Contains))
            yield return "protocol";
        if (!IsText(binding, "transport", Transports.Contains))
            yield return "transport";
        if (binding.TryGetProperty("external", out var external) && external.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            yield return "external is no boolean";
        foreach (var name in (string[])["port", "targetPort"])
        {
            if (binding.TryGetProperty(name, out var port) && !IsPort(port))
                yield return $"{name} is no port";
        }
    }

    private static IEnumerable<string> Parameter(JsonProperty parameter)
    {
        if (!IsText(parameter.Value, "value", text => text == $"{{{parameter.Name}.inputs.value}}"))
            yield return "value is not its own input";
        if (!parameter.Value.TryGetProperty("inputs", out var inputs) || !inputs.TryGetProperty("value", out var input))
        {
            yield return "no input 'value'";
            yield break;
        }

        if (!IsText(input, "type", text => text == "string"))
            yield return "the input's type is not string";
        if (input.TryGetProperty("secret", out var secret) && secret.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            yield return "secret is no boolean";
    }

    private static bool IsPort(JsonElement port) =>
        port.ValueKind == JsonValueKind.Number && port.TryGetInt32(out var number) && number is >= 1 and <= 65535;

    private static bool IsText(JsonElement element, string name, Func<string, bool> rule) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && rule(value.GetString()!);

    /// <summary>Follows <c>resource.property.property</c>.</summary>
    private static bool Resolves(JsonElement resources, string expression)
    {
        var at = resources;
        return Array.TrueForAll(expression.Split('.'), word => at.ValueKind == JsonValueKind.Object && at.TryGetProperty(word, out at));
    }

    [GeneratedRegex("^[a-zA-Z](?!.*--)[a-zA-Z0-9-]{0,62}(?<!-)$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ResourceName();

    [GeneratedRegex(@"\{(?<path>[a-zA-Z][\w.-]*)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Expression();
}
