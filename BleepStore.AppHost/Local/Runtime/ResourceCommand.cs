using System.Diagnostics;
using System.Reflection;
using System.Runtime.Versioning;
using System.Xml.Linq;

namespace BleepStore.AppHost.Local;

/// <summary>Finds what to execute for a resource, and with which environment.</summary>
internal static class ResourceCommand
{
    /// <summary>Addresses meant for the host itself (its launch profile sets them) must not reach the resources.</summary>
    private static readonly string[] OwnVariables =
    [
        "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_URLS", "HTTP_PORTS", "HTTPS_PORTS",
        "PROFILE", "DOTNET_LAUNCH_PROFILE",
    ];

    public static ProcessStartInfo For(ProcessResource resource, string instanceId)
    {
        var command = resource switch
        {
            ProjectResource project => ForProject(project),
            ExecutableResource executable => ChildCommand.Wrap(executable.Command, executable.Arguments, executable.WorkingDirectory),
            _ => throw new NotSupportedException($"No way is known to run a {resource.GetType().Name}."),
        };
        foreach (var name in OwnVariables)
            command.Environment.Remove(name);

        command.Environment["OTEL_SERVICE_NAME"] = resource.Name;
        command.Environment["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={instanceId}";
        foreach (var (name, value) in resource.Environment)
            command.Environment[name] = value.Resolve();
        return command;
    }

    private static ProcessStartInfo ForProject(ProjectResource project)
    {
        var directory = Path.GetDirectoryName(project.ProjectPath)!;
        var output = OutputPath(project.ProjectPath);
        if (File.Exists(output) && !OperatingSystem.IsWindows())
            return ChildCommand.Wrap(output, [], directory);
        if (File.Exists(output + ".exe"))
            return ChildCommand.Wrap(output + ".exe", [], directory);
        if (File.Exists(output + ".dll"))
            return ChildCommand.Wrap(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [output + ".dll"], directory);
        throw new HostStartException($"{output} does not exist; build it with: dotnet build {project.ProjectPath}");
    }

    /// <summary>The build output of the same configuration and framework as this host's own, without extension.</summary>
    private static string OutputPath(string projectPath)
    {
        if (!File.Exists(projectPath))
            throw new HostStartException($"{projectPath} does not exist");

        var assembly = typeof(ResourceCommand).Assembly;
        var configuration = assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";
        var framework = new FrameworkName(assembly.GetCustomAttribute<TargetFrameworkAttribute>()!.FrameworkName).Version;
        var name = XDocument.Load(projectPath).Descendants("AssemblyName").FirstOrDefault()?.Value
            ?? Path.GetFileNameWithoutExtension(projectPath);
        return Path.Combine(Path.GetDirectoryName(projectPath)!, "bin", configuration, $"net{framework.Major}.{framework.Minor}", name);
    }
}
