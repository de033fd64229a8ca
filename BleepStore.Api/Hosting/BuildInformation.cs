using System.Reflection;

namespace BleepStore.Api.Hosting;

/// <summary>Which build this is.</summary>
internal static class BuildInformation
{
    /// <summary>The version as released, without the commit.</summary>
    public static string Version { get; } =
        (typeof(BuildInformation).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0").Split('+')[0];
}
