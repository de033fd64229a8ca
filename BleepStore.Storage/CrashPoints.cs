namespace BleepStore.Storage;

/// <summary>
/// Lets a test end the process exactly between two steps of a write, so that recovery from every such state can be shown.
/// </summary>
public interface ICrashPoints
{
    /// <summary>Called when the named step has just been done. Thread safe; costs nothing in production.</summary>
    void Hit(string name);
}

/// <summary>The crash points of production: none.</summary>
public sealed class NoCrashPoints : ICrashPoints
{
    private NoCrashPoints()
    {
    }

    /// <summary>The one instance.</summary>
    public static NoCrashPoints Instance { get; } = new();

    /// <inheritdoc/>
    public void Hit(string name)
    {
    }
}

/// <summary>The names that the storage backends give to <see cref="ICrashPoints.Hit"/>, in the order of a write.</summary>
public static class BlobCrashPoints
{
    /// <summary>All bytes were handed to the kernel; nothing is durable.</summary>
    public const string Written = "blob.written";

    /// <summary>The temporary file is durable, under its temporary name.</summary>
    public const string Synced = "blob.synced";

    /// <summary>The blob has its name, which a loss of power may still undo.</summary>
    public const string Renamed = "blob.renamed";

    /// <summary>The blob is durable; nobody was told yet.</summary>
    public const string DirectorySynced = "blob.directory-synced";

    /// <summary>The blob was unlinked, which a loss of power may still undo.</summary>
    public const string Deleted = "blob.deleted";

    /// <summary>The blob is gone for good; nobody was told yet.</summary>
    public const string DeleteSynced = "blob.delete-synced";

    /// <summary>The entries of a group were handed to the kernel, behind what a pack holds already; nothing of them is durable.</summary>
    public const string PackWritten = "pack.written";

    /// <summary>The group is durable, its pack's name included; nobody was told yet.</summary>
    public const string PackSynced = "pack.synced";

    /// <summary>Entries were marked dead in their pack, which a loss of power may still undo.</summary>
    public const string PackMarked = "pack.marked";

    /// <summary>The marks are durable; nobody was told yet.</summary>
    public const string PackDeleted = "pack.deleted";

    /// <summary>What lives in a pack was copied to a file that is durable, under its temporary name.</summary>
    public const string PackCopied = "pack.copied";

    /// <summary>The copy took the pack's name, which a loss of power may still undo.</summary>
    public const string PackReplaced = "pack.replaced";

    /// <summary>The copy is in force for good; its table is not written yet.</summary>
    public const string PackCompacted = "pack.compacted";
}
