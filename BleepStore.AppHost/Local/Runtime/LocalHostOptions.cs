using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace BleepStore.AppHost.Local;

/// <summary>
/// What can be said about the local host itself: <c>--no-dashboard</c>, <c>--dashboard:port N</c>, <c>--shutdown:seconds N</c>.
/// </summary>
internal sealed record LocalHostOptions
{
    public bool Dashboard { get; init; } = true;

    /// <summary>The port of the status page; a free one is taken when it is in use.</summary>
    public int DashboardPort { get; init; } = 15000;

    /// <summary>How long a resource may take to stop before it is killed: longer than the server's own drain and shutdown.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>Whether somebody can watch a live table: both streams are a terminal.</summary>
    public bool Interactive { get; init; }

    public static LocalHostOptions? Read(IConfiguration configuration, out string? error)
    {
        error = null;
        var options = new LocalHostOptions
        {
            Dashboard = configuration["no-dashboard"] is null or "false",
            Interactive = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb"),
        };
        if (configuration["dashboard:port"] is { } port)
        {
            if (!ushort.TryParse(port, CultureInfo.InvariantCulture, out var number))
                error = $"dashboard:port is '{port}'; allowed: 0 to 65535.";
            options = options with { DashboardPort = number };
        }

        if (configuration["shutdown:seconds"] is { } seconds)
        {
            if (!int.TryParse(seconds, CultureInfo.InvariantCulture, out var number) || number is < 0 or > 3600)
                error = $"shutdown:seconds is '{seconds}'; allowed: 0 to 3600.";
            options = options with { StopTimeout = TimeSpan.FromSeconds(number) };
        }

        return error is null ? options : null;
    }
}
