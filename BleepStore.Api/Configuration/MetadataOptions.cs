namespace BleepStore.Api.Configuration;

/// <summary>Which engine keeps the metadata.</summary>
internal enum MetadataEngine
{
    Sqlite,
    Memory,
}

/// <summary>Section <c>metadata</c>.</summary>
internal sealed record MetadataOptions
{
    private static readonly string[] LaterEngines = ["local", "dynamodb", "firestore", "cosmos", "raft"];

    public required MetadataEngine Engine { get; init; }

    /// <summary>The database file.</summary>
    public required string SqlitePath { get; init; }

    public static MetadataOptions Read(SettingReader settings)
    {
        foreach (var engine in LaterEngines)
        {
            settings.Accept("metadata." + engine);
        }

        return new MetadataOptions
        {
            Engine = settings.Read(
                "metadata.engine",
                MetadataEngine.Sqlite,
                SettingTypes.OneOf(("sqlite", MetadataEngine.Sqlite), ("memory", MetadataEngine.Memory)).WithLater(LaterEngines)),
            SqlitePath = settings.Read("metadata.sqlite.path", "./data/metadata.db", SettingTypes.Text),
        };
    }
}
