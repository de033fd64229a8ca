using System.Globalization;

namespace BleepStore.AppHost;

/// <summary>The distributed application: what <c>dotnet run</c> starts and <c>azd up</c> deploys, one method a profile.</summary>
internal static class Graph
{
    public static void Main(string[] args)
    {
        var builder = DistributedApplication.CreateBuilder(args);
        var profile = builder.Configuration["profile"] ?? "embedded";
        if (profile != "embedded")
        {
            Refuse($"There is no profile '{profile}'; the profiles are: embedded.");
            return;
        }

        foreach (var endpoint in (string[])["s3", "admin"])
        {
            if (builder.Configuration[$"{endpoint}:port"] is { } port && !ushort.TryParse(port, CultureInfo.InvariantCulture, out _))
            {
                Refuse($"{endpoint}:port is '{port}'; allowed: 0 to 65535.");
                return;
            }
        }

        builder.AddEmbedded();
        builder.Build().Run();
    }

    /// <summary>One node that keeps metadata in SQLite and bytes in local files: no dependency at all.</summary>
    internal static void AddEmbedded(this IDistributedApplicationBuilder builder)
    {
        var publishing = builder.ExecutionContext.IsPublishMode;
        var accessKey = builder.AddParameter("access-key", builder.Configuration["Parameters:access-key"] ?? "bleepstore", secret: true);
        var secretKey = builder.AddParameter(
            "secret-key", builder.Configuration["Parameters:secret-key"] ?? "bleepstore-secret", secret: true);

        // In the container image only the user's home is writable; a volume is mounted over this directory.
        var data = publishing ? "/home/app/data" : builder.DataDirectory();

        var store = builder
            .AddProject("bleepstore", "../BleepStore.Api/BleepStore.Api.csproj", options => options.ExcludeLaunchProfile = true)
            .WithHttpEndpoint(builder.HostPort("s3", "9000"), publishing ? 9000 : null, name: "s3", env: "BLEEPSTORE__SERVER__PORT")
            .WithHttpEndpoint(
                builder.HostPort("admin", "9001"), publishing ? 9001 : null, name: "admin", env: "BLEEPSTORE__SERVER__ADMIN_PORT")
            .WithEndpoint("s3", endpoint => endpoint.IsExternal = true)
            .WithEnvironment("BLEEPSTORE__AUTH__ACCESS_KEY", accessKey)
            .WithEnvironment("BLEEPSTORE__AUTH__SECRET_KEY", secretKey)
            .WithEnvironment("BLEEPSTORE__METADATA__SQLITE__PATH", data + "/metadata.db")
            .WithEnvironment("BLEEPSTORE__STORAGE__LOCAL__ROOT_DIR", data + "/objects")
            .WithHttpHealthCheck("/readyz", endpointName: "s3")
            .WithUrlForEndpoint("s3", url => url.DisplayText = "S3 endpoint")
            .WithUrlForEndpoint("s3", _ => new() { Url = "/docs", DisplayText = "Swagger UI" })
            .WithUrlForEndpoint("s3", _ => new() { Url = "/health", DisplayText = "Health" })
            .WithUrlForEndpoint("admin", url => url.DisplayText = "Admin API");

        if (publishing)
        {
            // Behind the platform's ingress a listener on loopback would never be reached.
            store
                .WithEnvironment("BLEEPSTORE__SERVER__HOST", "0.0.0.0")
                .WithEnvironment("BLEEPSTORE__SERVER__ADMIN_HOST", "0.0.0.0");
        }
    }

    /// <summary>
    /// Absolute, because the server resolves relative paths against its own working directory (<c>--data:directory</c> moves it).
    /// </summary>
    private static string DataDirectory(this IDistributedApplicationBuilder builder) =>
        Path.GetFullPath(builder.Configuration["data:directory"] ?? Path.Combine(builder.AppHostDirectory, "..", "data"));

    /// <summary>
    /// The port that clients use (<c>--s3:port 9100</c>; 0 takes a free one). Null when publishing, where the platform chooses it,
    /// and never the target port: Aspire's own proxy must not meet the server there.
    /// </summary>
    private static int? HostPort(this IDistributedApplicationBuilder builder, string endpoint, string standard)
    {
        if (builder.ExecutionContext.IsPublishMode)
            return null;

        var port = ushort.Parse(builder.Configuration[$"{endpoint}:port"] ?? standard, CultureInfo.InvariantCulture);
        return port == 0 ? null : port;
    }

    private static void Refuse(string message)
    {
        Console.Error.WriteLine(message);
        Environment.ExitCode = 2;
    }
}
