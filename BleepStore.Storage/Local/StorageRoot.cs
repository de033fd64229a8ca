using BleepStore.Storage.FileSystem;

namespace BleepStore.Storage.Local;

/// <summary>
/// The directory that local blobs live in, held by this process alone. Opening it locks it, reads whose it is and clears what a crash left
/// half-written; <see cref="Claim"/> then makes the boot durable, after which blobs may be written.
/// </summary>
public sealed class StorageRoot : IDisposable
{
    internal const string IdentityFile = "store.json";
    internal const string NextIdentityFile = "store.json.next";
    internal const string LockFileName = "store.lock";

    private const string TemporaryDirectory = ".tmp";
    private const string MultipartDirectory = ".multipart";
    private const string PackDirectory = "packs";
    private const int IdentityMaximumBytes = 4096;

    private readonly IDisposable _lock;
    private StoreIdentity? _identity;

    private StorageRoot(IFileSystem fileSystem, string path, IDisposable lockFile)
    {
        FileSystem = fileSystem;
        Path = path;
        _lock = lockFile;
        Temporary = System.IO.Path.Join(path, TemporaryDirectory);
        Multipart = System.IO.Path.Join(path, MultipartDirectory);
        Packs = System.IO.Path.Join(path, PackDirectory);
    }

    /// <summary>Absolute path of the directory.</summary>
    public string Path { get; }

    /// <summary>The store this root belongs to, 32 hex digits; null for a new one.</summary>
    public string? StoreId => _identity?.StoreId;

    /// <summary>The highest boot that may have written here; 0 for a new root.</summary>
    public uint HighestBoot => _identity?.HighestBoot ?? 0;

    /// <summary>True where the directory was taken for looking at it alone.</summary>
    public bool IsReadOnly { get; private init; }

    /// <summary>The boot of this process; null until <see cref="Claim"/>.</summary>
    public uint? Boot { get; private set; }

    internal IFileSystem FileSystem { get; }

    internal string Temporary { get; }

    internal string Multipart { get; }

    internal string Packs { get; }

    /// <summary>False for a root that is only looked at and was last written by a release without packs.</summary>
    internal bool HasPacks => Directories().Contains(PackDirectory);

    /// <summary>Takes the directory, made when absent (owner only), for this process.</summary>
    /// <exception cref="StoreLockedException">Another process holds it.</exception>
    /// <exception cref="InvalidDataException"><c>store.json</c> is damaged, or a directory within is a symbolic link.</exception>
    public static StorageRoot Open(IFileSystem fileSystem, string path)
    {
        string absolute = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (!fileSystem.CreateDirectory(absolute))
        {
            SyncNameOf(fileSystem, absolute);
        }

        var lockFile = fileSystem.Lock(System.IO.Path.Join(absolute, LockFileName));
        var root = new StorageRoot(fileSystem, absolute, lockFile);
        try
        {
            root.Recover();
            return root;
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Takes an existing directory for looking at it alone: nothing but its lock is written, nothing cleared, and nothing can be claimed.
    /// </summary>
    /// <exception cref="StoreLockedException">Another process holds it.</exception>
    /// <exception cref="InvalidDataException"><c>store.json</c> is damaged, or a directory within is a symbolic link.</exception>
    public static StorageRoot Inspect(IFileSystem fileSystem, string path)
    {
        string absolute = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        var root = new StorageRoot(fileSystem, absolute, fileSystem.Lock(System.IO.Path.Join(absolute, LockFileName))) { IsReadOnly = true };
        try
        {
            root._identity = root.ReadIdentity();
            _ = root.Directories();
            return root;
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }

    /// <summary>Makes it durable that this boot of this store may have written here; after that blobs may be.</summary>
    /// <param name="storeId">16 random bytes as 32 lower-case hex digits, the same for the whole life of the store.</param>
    /// <param name="boot">Higher than <see cref="HighestBoot"/>, so that no blob id was ever used before.</param>
    /// <exception cref="ForeignStoreException">The root belongs to another store; nothing was changed.</exception>
    public void Claim(string storeId, uint boot)
    {
        if (IsReadOnly)
        {
            throw new InvalidOperationException("The storage root was opened for reading alone.");
        }

        if (!StoreIdentity.IsStoreId(storeId))
        {
            throw new ArgumentException("A store id is 32 lower-case hex digits.", nameof(storeId));
        }

        if (StoreId is string present && present != storeId)
        {
            throw new ForeignStoreException(Path, present, storeId);
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(boot, HighestBoot);
        var identity = new StoreIdentity(storeId, boot);
        var bytes = identity.ToBytes();
        string next = System.IO.Path.Join(Path, NextIdentityFile);
        using (var file = FileSystem.OpenFile(next, writable: true) ?? FileSystem.CreateFile(next, preallocateBytes: 0))
        {
            file.Write(bytes, 0);
            file.SetLength(bytes.Length);
            file.Sync();
        }

        FileSystem.Replace(next, System.IO.Path.Join(Path, IdentityFile));
        SyncNames();
        _identity = identity;
        Boot = boot;
        KeepRoomForNext(next, bytes);
    }

    // A file that the next start writes over: a disk without a free byte must not hinder it. Its bytes are never read.
    private void KeepRoomForNext(string path, byte[] bytes)
    {
        try
        {
            using var file = FileSystem.CreateFile(path, preallocateBytes: 0);
            file.Write(bytes, 0);
        }
        catch (StorageFullException)
        {
            // The next start finds room or says that there is none.
        }
    }

    /// <summary>Lets another process have the directory.</summary>
    public void Dispose() => _lock.Dispose();

    /// <summary>Names of the directories within, each durable.</summary>
    internal List<string> Directories()
    {
        var names = new List<string>();
        foreach (var entry in FileSystem.List(Path))
        {
            bool isOurs = entry.Name.Length == 2 || entry.Name is TemporaryDirectory or MultipartDirectory or PackDirectory;
            if (isOurs && entry.Kind == FileKind.Other)
            {
                string link = System.IO.Path.Join(Path, entry.Name);
                throw new InvalidDataException($"{link} is a symbolic link; only the root itself may be one.");
            }

            if (entry.Kind == FileKind.Directory)
            {
                names.Add(entry.Name);
            }
        }

        return names;
    }

    private void Recover()
    {
        _identity = ReadIdentity();
        _ = Directories();
        // A directory that an earlier process made just before it died may have a name that is not durable yet.
        SyncNames();
        FileSystem.CreateDirectory(Temporary);
        FileSystem.CreateDirectory(Multipart);
        FileSystem.CreateDirectory(Packs);
        Empty(Temporary);
        Empty(Multipart);
    }

    private StoreIdentity? ReadIdentity()
    {
        string path = System.IO.Path.Join(Path, IdentityFile);
        using var file = FileSystem.OpenFile(path, writable: false);
        if (file is null)
        {
            return null;
        }

        var bytes = new byte[IdentityMaximumBytes];
        return StoreIdentity.Parse(bytes.AsMemory(0, file.Read(bytes, 0)), path);
    }

    /// <summary>
    /// Removes files whose writes were never acknowledged. Again until none is found, as entries shift while a directory is read.
    /// </summary>
    private void Empty(string directory)
    {
        bool found;
        do
        {
            found = false;
            foreach (var entry in FileSystem.List(directory))
            {
                if (entry.Kind != FileKind.Directory)
                {
                    found |= FileSystem.Delete(System.IO.Path.Join(directory, entry.Name));
                }
            }
        }
        while (found);
    }

    // A process may have made the root just before it died: its name is not durable yet.
    private static void SyncNameOf(IFileSystem fileSystem, string root)
    {
        if (System.IO.Path.GetDirectoryName(root) is not { } parent)
        {
            return;
        }

        try
        {
            using var directory = fileSystem.OpenDirectory(parent);
            directory.Sync();
        }
        catch (UnauthorizedAccessException)
        {
            // Where this process may not read, none of its kind made the root.
        }
    }

    private void SyncNames()
    {
        using var directory = FileSystem.OpenDirectory(Path);
        directory.Sync();
    }
}
