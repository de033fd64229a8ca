using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>Collects the graph. The names and shapes are Aspire's, so that one AppHost.cs compiles against both hosts.</summary>
internal interface IDistributedApplicationBuilder
{
    ConfigurationManager Configuration { get; }

    /// <summary>The directory of the AppHost's project, against which project paths are resolved.</summary>
    string AppHostDirectory { get; }

    DistributedApplicationExecutionContext ExecutionContext { get; }

    IReadOnlyList<IResource> Resources { get; }

    IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource;

    DistributedApplication Build();
}

/// <summary>Whether the graph is being run or written into a manifest.</summary>
internal sealed record DistributedApplicationExecutionContext(bool IsPublishMode);

/// <summary>The local host's collector of the graph.</summary>
internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly List<IResource> _resources = [];

    public DistributedApplicationBuilder(string[] args)
    {
        // A switch without a value would swallow the next argument.
        var paired = args.Select(arg => arg == "--no-dashboard" ? "--no-dashboard=true" : arg);
        Configuration.AddEnvironmentVariables().AddCommandLine([.. paired]);
        ExecutionContext = new(Configuration["publisher"] is not null || Configuration["operation"] == "publish");
    }

    public ConfigurationManager Configuration { get; } = new();

    public string AppHostDirectory { get; } = FindAppHostDirectory();

    public DistributedApplicationExecutionContext ExecutionContext { get; }

    public IReadOnlyList<IResource> Resources => _resources;

    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        if (_resources.Exists(other => other.Name == resource.Name))
            throw new ArgumentException($"Two resources are named '{resource.Name}'.", nameof(resource));

        _resources.Add(resource);
        return new ResourceBuilder<T>(resource);
    }

    public DistributedApplication Build() => new(this);

    /// <summary>Looked for upwards from the binary, so that a moved or copied repository runs without being built again.</summary>
    private static string FindAppHostDirectory()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var project = Path.Combine(directory.FullName, "BleepStore.AppHost");
            if (File.Exists(Path.Combine(project, "BleepStore.AppHost.csproj")))
                return project;
        }

        return Directory.GetCurrentDirectory();
    }

    private sealed record ResourceBuilder<T>(T Resource) : IResourceBuilder<T>
        where T : IResource;
}
