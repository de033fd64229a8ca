using System.Globalization;
using BleepStore.Api.Configuration;
using BleepStore.Api.Hosting;
using BleepStore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BleepStore.Tests.Hosting;

/// <summary>How a test wants its server. By default everything is in memory, on free ports, with the well-known credentials.</summary>
public sealed class TestServerOptions
{
    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);

    /// <summary>True for SQLite and local files in a temporary directory, deleted with the server.</summary>
    public bool IsDurable { get; set; }

    /// <summary>A directory of the test's own for the durable engines, which outlives the server.</summary>
    public string? DataDirectory { get; set; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Environment variables that the server sees.</summary>
    internal Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds or replaces registrations, after all others.</summary>
    public Action<IServiceCollection>? ConfigureServices { get; set; }

    internal ICrashPoints CrashPoints { get; set; } = NoCrashPoints.Instance;

    internal TestLog Log { get; } = new();

    internal string AccessKey => _settings.GetValueOrDefault("auth.access_key", CredentialOptions.DefaultAccessKey);

    internal string SecretKey => _settings.GetValueOrDefault("auth.secret_key", CredentialOptions.DefaultSecretKey);

    internal string Region => _settings.GetValueOrDefault("server.region", "us-east-1");

    /// <summary>Sets a key of the configuration: <c>server.region</c>, <c>auth.users.0.access_key</c>.</summary>
    public TestServerOptions Set(string key, string value)
    {
        _settings[key] = value;
        return this;
    }

    /// <summary>Adds an entry of <c>auth.users</c>: an account of its own, or a user of <paramref name="account"/>.</summary>
    public TestServerOptions AddUser(string accessKey, string secretKey, string? id = null, string? account = null, string? email = null)
    {
        var index = _settings.Keys.Count(key => key.StartsWith("auth.users.", StringComparison.Ordinal) && key.EndsWith(".access_key", StringComparison.Ordinal));
        var entry = string.Create(CultureInfo.InvariantCulture, $"auth.users.{index}");
        foreach (var (name, value) in new[] { ("access_key", accessKey), ("secret_key", secretKey), ("id", id), ("account", account), ("email", email) })
        {
            if (value is not null)
            {
                Set($"{entry}.{name}", value);
            }
        }

        return this;
    }

    internal BleepStoreOptions Load(string? ownedDirectory)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["server.port"] = "0",
            ["server.admin_port"] = "0",
            ["storage.min_free"] = "0",
            ["metadata.engine"] = "memory",
            ["storage.backend"] = "memory",
        };
        if ((DataDirectory ?? ownedDirectory) is { } directory)
        {
            settings["metadata.engine"] = "sqlite";
            settings["metadata.sqlite.path"] = Path.Combine(directory, "metadata.db");
            settings["storage.backend"] = "local";
            settings["storage.local.root_dir"] = Path.Combine(directory, "objects");
        }

        foreach (var (key, value) in _settings)
        {
            settings[key] = value;
        }

        var flags = settings.ToDictionary(setting => setting.Key.Replace('.', ':'), setting => new SourcedValue(setting.Value, "test"));
        return ConfigurationLoader.Load(file: null, Variables, flags);
    }

    internal HostEnvironmentValues ToEnvironment() => new()
    {
        Variables = Variables,
        Time = Time,
        CrashPoints = CrashPoints,
        ConfigureServices = ConfigureServices,
        ConfigureLogging = logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(Log),
    };
}
