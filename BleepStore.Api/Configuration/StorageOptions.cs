namespace BleepStore.Api.Configuration;

/// <summary>Which backend keeps the bytes.</summary>
internal enum StorageBackend
{
    Local,
    Memory,
}

/// <summary>Section <c>storage</c>.</summary>
internal sealed record StorageOptions
{
    private const long DefaultInlineThreshold = 4 << 10;

    // Beyond this every engine pays more for a body than a blob costs.
    private const long MaxInlineThreshold = 32 << 10;

    private static readonly string[] LaterBackends = ["sqlite", "aws", "gcp", "azure"];

    public required StorageBackend Backend { get; init; }

    /// <summary>The directory that blobs live in.</summary>
    public required string LocalRoot { get; init; }

    /// <summary>Bytes that all blobs in memory together may have; null for no bound.</summary>
    public required long? MemoryMaxSize { get; init; }

    /// <summary>Free bytes below which nothing is added; null for the larger of 1 GiB and 2%.</summary>
    public required long? MinFree { get; init; }

    /// <summary>Bytes up to which a body travels in its command, as far as the metadata engine carries it.</summary>
    public required long InlineThreshold { get; init; }

    public static StorageOptions Read(SettingReader settings)
    {
        foreach (var backend in LaterBackends)
        {
            settings.Accept("storage." + backend);
        }

        settings.ReadLater("storage.memory.persistence", "none");
        settings.AcceptKey("storage.memory.snapshot_path");
        settings.AcceptKey("storage.memory.snapshot_interval_seconds");
        var memoryMaxSize = settings.Read("storage.memory.max_size_bytes", null, SettingTypes.OptionalSize);
        return new StorageOptions
        {
            Backend = settings.Read(
                "storage.backend",
                StorageBackend.Local,
                SettingTypes.OneOf(("local", StorageBackend.Local), ("memory", StorageBackend.Memory)).WithLater(LaterBackends)),
            LocalRoot = settings.Read("storage.local.root_dir", "./data/objects", SettingTypes.Text),
            MemoryMaxSize = memoryMaxSize is 0 ? null : memoryMaxSize,
            MinFree = settings.Read("storage.min_free", null, SettingTypes.OptionalSize),
            InlineThreshold = settings.Read("storage.inline_threshold", DefaultInlineThreshold, SettingTypes.Size(0, MaxInlineThreshold)),
        };
    }
}
