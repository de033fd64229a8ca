namespace BleepStore.Api.Configuration;

/// <summary>
/// Puts the sources together and reads every key: flag over <c>BLEEPSTORE__</c> variable over YAML over <c>ASPNETCORE_URLS</c> and
/// <c>HTTP_PORTS</c> over default.
/// </summary>
internal static class ConfigurationLoader
{
    /// <summary>Read from the working directory where no other file is named and it exists.</summary>
    public const string DefaultFile = "bleepstore.yaml";

    /// <summary>The options, all checked.</summary>
    /// <param name="file">The configuration file; null for <see cref="DefaultFile"/> where it exists.</param>
    /// <param name="environment">Environment variables by name.</param>
    /// <param name="flags">Values of the command line by path.</param>
    /// <exception cref="ConfigurationException">Something is wrong: one line for each fault.</exception>
    public static BleepStoreOptions Load(
        string? file, IReadOnlyDictionary<string, string> environment, IReadOnlyDictionary<string, SourcedValue> flags)
    {
        if (file is not null && !File.Exists(file))
        {
            throw new ConfigurationException($"--config = {file}: there is no such file.");
        }

        var builder = new ConfigurationBuilder();
        builder.Add(new FixedSource(EnvironmentSettings.ReadAddresses(environment)));
        if (file is not null || File.Exists(DefaultFile))
        {
            builder.Add(new YamlSource(file ?? DefaultFile));
        }

        builder.Add(new FixedSource(EnvironmentSettings.Read(environment)));
        builder.Add(new FixedSource(flags));
        var configuration = builder.Build();
        using var disposable = configuration as IDisposable;
        return Read(new SettingReader(configuration));
    }

    private static BleepStoreOptions Read(SettingReader settings)
    {
        LaterCapabilities.Check(settings);
        var options = new BleepStoreOptions
        {
            Server = ServerOptions.Read(settings),
            Auth = CredentialOptions.Read(settings),
            Metadata = MetadataOptions.Read(settings),
            Storage = StorageOptions.Read(settings),
            Encryption = EncryptionOptions.Read(settings),
            Limits = LimitsOptions.Read(settings),
            Lifecycle = LifecycleOptions.Read(settings),
            Scrub = ScrubOptions.Read(settings),
            Observability = ObservabilityOptions.Read(settings),
            Logging = LoggingOptions.Read(settings),
        };
        settings.RefuseUnknown();
        CrossChecks.Check(options, settings);
        return settings.Errors.Count == 0
            ? options with { Effective = settings.Effective }
            : throw new ConfigurationException([.. settings.Errors]);
    }
}
