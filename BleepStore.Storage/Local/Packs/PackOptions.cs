namespace BleepStore.Storage.Local.Packs;

/// <summary>What goes into packs, how large they get, and how much of the machine their upkeep may take.</summary>
public sealed record PackOptions
{
    /// <summary>Where a file of its own is as cheap, so that the largest blob in a pack still is a small part of it.</summary>
    public const int DefaultThreshold = 256 * 1024;

    /// <summary>The largest threshold that may be set: writers hold whole blobs in memory.</summary>
    public const int MaximumThreshold = 1024 * 1024;

    /// <summary>No blob is written to a pack and no pack is rewritten; the blobs in packs are served and deleted.</summary>
    public static PackOptions Off { get; } = new() { Threshold = 0, UpkeepInterval = null };

    /// <summary>Announced length in bytes up to which a blob goes into a pack; 0 for none.</summary>
    public int Threshold { get; init; } = DefaultThreshold;

    /// <summary>Bytes after which a pack takes no more.</summary>
    public long PackSizeBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Bytes that all writers together may hold in memory; beyond it a blob gets a file of its own.</summary>
    public long MaximumBufferedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Packs that are kept open for reading.</summary>
    public int MaximumOpenPacks { get; init; } = 128;

    /// <summary>How often packs are looked at for room to win back; null for never.</summary>
    public TimeSpan? UpkeepInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes a second that the upkeep may copy.</summary>
    public long UpkeepBytesPerSecond { get; init; } = 16 * 1024 * 1024;

    /// <summary>Free bytes, beyond the copy itself, below which nothing is copied to win room back.</summary>
    public long UpkeepFreeBytes { get; init; } = 64 * 1024 * 1024;
}
