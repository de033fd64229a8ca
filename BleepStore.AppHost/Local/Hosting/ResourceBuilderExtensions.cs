namespace Aspire.Hosting;

/// <summary>Aspire's <c>Add…</c> methods that the graph uses.</summary>
internal static class DistributedApplicationBuilderExtensions
{
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, string value, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, value, secret));

    public static IResourceBuilder<ProjectResource> AddProject(
        this IDistributedApplicationBuilder builder, string name, string projectPath, Action<ProjectResourceOptions> configure)
    {
        configure(new ProjectResourceOptions());
        return builder.AddResource(new ProjectResource(name, Path.GetFullPath(projectPath, builder.AppHostDirectory)));
    }

    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder, string name, string command, string workingDirectory, params string[] args)
    {
        var resource = new ExecutableResource(name, command, Path.GetFullPath(workingDirectory, builder.AppHostDirectory));
        resource.Arguments.AddRange(args);
        return builder.AddResource(resource);
    }
}

/// <summary>What Aspire lets a project resource decide about its launch settings.</summary>
internal sealed class ProjectResourceOptions
{
    /// <summary>Launch profiles belong to a lone <c>dotnet run</c>; the local host never reads them.</summary>
    public bool ExcludeLaunchProfile { get; set; }
}

/// <summary>Aspire's <c>With…</c> methods that the graph uses.</summary>
internal static class ResourceBuilderExtensions
{
    public static IResourceBuilder<T> WithHttpEndpoint<T>(
        this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? name = null, string? env = null)
        where T : ProcessResource
    {
        var endpoint = new EndpointAnnotation(builder.Resource.Name, name ?? "http") { Port = port, TargetPort = targetPort };
        builder.Resource.Endpoints.Add(endpoint);
        if (env is not null)
            builder.Resource.Environment.Add(new(env, endpoint.TargetPortValue()));
        return builder;
    }

    public static IResourceBuilder<T> WithEndpoint<T>(
        this IResourceBuilder<T> builder, string endpointName, Action<EndpointAnnotation> callback)
        where T : ProcessResource
    {
        callback(builder.Resource.GetEndpoint(endpointName));
        return builder;
    }

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, string value)
        where T : ProcessResource
    {
        builder.Resource.Environment.Add(new(name, EnvironmentValue.Of(value)));
        return builder;
    }

    public static IResourceBuilder<T> WithEnvironment<T>(
        this IResourceBuilder<T> builder, string name, IResourceBuilder<ParameterResource> parameter)
        where T : ProcessResource
    {
        builder.Resource.Environment.Add(new(name, EnvironmentValue.Of(parameter.Resource)));
        return builder;
    }

    public static IResourceBuilder<T> WithHttpHealthCheck<T>(this IResourceBuilder<T> builder, string path, string endpointName)
        where T : ProcessResource
    {
        builder.Resource.HealthCheck = (builder.Resource.GetEndpoint(endpointName), path);
        return builder;
    }

    public static IResourceBuilder<T> WithUrlForEndpoint<T>(
        this IResourceBuilder<T> builder, string endpointName, Action<ResourceUrlAnnotation> callback)
        where T : ProcessResource
    {
        builder.Resource.UrlRules.Add(new(endpointName, callback, Add: null));
        return builder;
    }

    public static IResourceBuilder<T> WithUrlForEndpoint<T>(
        this IResourceBuilder<T> builder, string endpointName, Func<EndpointReference, ResourceUrlAnnotation> callback)
        where T : ProcessResource
    {
        builder.Resource.UrlRules.Add(new(endpointName, Change: null, callback));
        return builder;
    }
}
