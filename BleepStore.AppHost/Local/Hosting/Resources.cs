namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something of the graph that has a name.</summary>
internal interface IResource
{
    string Name { get; }
}

/// <summary>A resource while the graph is being written; the <c>With…</c> methods hang on it.</summary>
internal interface IResourceBuilder<out T>
    where T : IResource
{
    T Resource { get; }
}

/// <summary>A value that comes from configuration, in a deployment from the operator.</summary>
internal sealed class ParameterResource(string name, string value, bool secret) : IResource
{
    public string Name { get; } = name;

    public string Value { get; } = value;

    public bool Secret { get; } = secret;
}

/// <summary>A resource that runs as a process: what both hosts know about it before it starts.</summary>
internal abstract class ProcessResource(string name) : IResource
{
    public string Name { get; } = name;

    public List<EndpointAnnotation> Endpoints { get; } = [];

    public List<KeyValuePair<string, EnvironmentValue>> Environment { get; } = [];

    public List<ResourceUrlRule> UrlRules { get; } = [];

    /// <summary>The endpoint and path that answers 200 when the resource serves; null when being alive is all there is.</summary>
    public (EndpointAnnotation Endpoint, string Path)? HealthCheck { get; set; }

    public EndpointAnnotation GetEndpoint(string endpointName) =>
        Endpoints.Find(endpoint => endpoint.Name == endpointName)
        ?? throw new ArgumentException($"Resource '{Name}' has no endpoint '{endpointName}'.", nameof(endpointName));
}

/// <summary>One of our projects, run from its build output.</summary>
internal sealed class ProjectResource(string name, string projectPath) : ProcessResource(name)
{
    public string ProjectPath { get; } = projectPath;
}

/// <summary>A program that is already on the machine.</summary>
internal sealed class ExecutableResource(string name, string command, string workingDirectory) : ProcessResource(name)
{
    public string Command { get; } = command;

    public string WorkingDirectory { get; } = workingDirectory;

    public List<string> Arguments { get; } = [];
}

/// <summary>The value of an environment variable: how a manifest writes it, and what the process gets.</summary>
internal sealed record EnvironmentValue(string Expression, Func<string> Resolve)
{
    public static EnvironmentValue Of(string value) => new(value, () => value);

    public static EnvironmentValue Of(ParameterResource parameter) => new($"{{{parameter.Name}.value}}", () => parameter.Value);
}
