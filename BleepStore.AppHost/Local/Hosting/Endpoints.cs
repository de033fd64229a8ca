using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A named port of a resource.</summary>
internal sealed class EndpointAnnotation(string resourceName, string name)
{
    public string Name { get; } = name;

    public string UriScheme { get; set; } = "http";

    public string Transport { get; set; } = "http";

    /// <summary>The port that clients use; null takes a free one.</summary>
    public int? Port { get; set; }

    /// <summary>The port on which the process listens, where it is not told by a variable.</summary>
    public int? TargetPort { get; set; }

    public bool IsExternal { get; set; }

    /// <summary>The port of this run. The local host has no proxy: it is the process's own.</summary>
    public int? AllocatedPort { get; set; }

    public string Url => string.Create(CultureInfo.InvariantCulture, $"{UriScheme}://127.0.0.1:{AllocatedPort ?? throw NotAllocated()}");

    public EnvironmentValue TargetPortValue() => new(
        $"{{{resourceName}.bindings.{Name}.targetPort}}",
        () => (AllocatedPort ?? throw NotAllocated()).ToString(CultureInfo.InvariantCulture));

    private InvalidOperationException NotAllocated() => new($"Endpoint '{Name}' of '{resourceName}' has no port before the start.");
}

/// <summary>An endpoint as the functions that compute URLs see it.</summary>
internal sealed record EndpointReference(ProcessResource Resource, EndpointAnnotation EndpointAnnotation)
{
    public string Url => EndpointAnnotation.Url;
}

/// <summary>A link that the host shows for a resource; a path alone is relative to its endpoint.</summary>
internal sealed class ResourceUrlAnnotation
{
    public required string Url { get; set; }

    public string? DisplayText { get; set; }
}

/// <summary>How the graph changes an endpoint's own link, or adds a further one.</summary>
internal sealed record ResourceUrlRule(
    string EndpointName, Action<ResourceUrlAnnotation>? Change, Func<EndpointReference, ResourceUrlAnnotation>? Add);
