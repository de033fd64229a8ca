namespace BleepStore.Storage.FileSystem;

/// <summary>
/// The few file operations that durable code is built on, so that tests can make each of them fail and a simulator can lose power between
/// any two. All calls block and are thread safe. Paths are absolute.
/// </summary>
/// <remarks>
/// Errors, alike for every implementation: no room is <see cref="StorageFullException"/>, any other failure of a read or write an
/// <see cref="IOException"/> (or <see cref="UnauthorizedAccessException"/>); the caller fails its request and the process lives. A failed
/// sync is handed to <see cref="IFatalErrors"/>, which ends the process; where it returns (in tests), <see
/// cref="DurabilityLostException"/> is thrown.
/// </remarks>
public interface IFileSystem
{
    /// <summary>
    /// Makes a file for reading and writing, readable by its owner only. Throws <see cref="IOException"/> when the name exists.
    /// </summary>
    /// <param name="preallocateBytes">Room to reserve at once, 0 for none; nothing is left behind when there is not enough.</param>
    IStorageFile CreateFile(string path, long preallocateBytes);

    /// <summary>Opens an existing file; null when it is absent. A symbolic link is refused.</summary>
    /// <param name="writable">False to open for reading alone.</param>
    IStorageFile? OpenFile(string path, bool writable);

    /// <summary>Opens an existing directory so that changes to its names can be made durable.</summary>
    IStorageDirectory OpenDirectory(string path);

    /// <summary>Makes a directory (owner only) and those above it, durable on return; true when it did not exist before.</summary>
    bool CreateDirectory(string path);

    /// <summary>
    /// Renames within one file system. Throws <see cref="IOException"/> when <paramref name="to"/> exists; durable after a directory
    /// sync.
    /// </summary>
    void Rename(string from, string to);

    /// <summary>Renames over an existing file or none, atomically; durable after a directory sync.</summary>
    void Replace(string from, string to);

    /// <summary>Removes a file's name; false when there was none. Durable after a directory sync.</summary>
    bool Delete(string path);

    /// <summary>The entries of an existing directory, lazily, in any order; entries may be deleted while they are listed.</summary>
    IEnumerable<FileEntry> List(string directory);

    /// <summary>Bytes that this process could still write to the file system of <paramref name="path"/>.</summary>
    long FreeBytes(string path);

    /// <summary>Holds <paramref name="path"/> (made when absent) for this process until disposed or dead.</summary>
    /// <exception cref="StoreLockedException">Another holds it.</exception>
    IDisposable Lock(string path);
}

/// <summary>An open file, read and written at positions. Reads are thread safe; writes of different ranges too.</summary>
public interface IStorageFile : IDisposable
{
    /// <summary>Current length in bytes.</summary>
    long Length { get; }

    /// <summary>Fills <paramref name="buffer"/> from <paramref name="offset"/>; returns fewer bytes only at the end of the file.</summary>
    int Read(Span<byte> buffer, long offset);

    /// <summary>Writes all bytes at <paramref name="offset"/>, or throws; then any part of them may have been written.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Cuts or extends the file.</summary>
    void SetLength(long length);

    /// <summary>Asks the kernel to begin writing a range to the device; only a hint, so that a later sync has less to wait for.</summary>
    void StartWriteback(long offset, long length);

    /// <summary>
    /// Gives the room of a range back; it reads as zeros then and the length stays. False where the file system cannot, and nothing
    /// changed. Durable after a sync.
    /// </summary>
    bool PunchHole(long offset, long length);

    /// <summary>Makes all bytes written so far durable (fdatasync).</summary>
    void Sync();
}

/// <summary>An open directory.</summary>
public interface IStorageDirectory : IDisposable
{
    /// <summary>Makes all names created, renamed and removed in it so far durable.</summary>
    void Sync();
}

/// <summary>What a directory entry is.</summary>
public enum FileKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link, device or other thing that BleepStore never makes.</summary>
    Other,
}

/// <summary>One entry of a directory.</summary>
/// <param name="Name">Name without the directory.</param>
/// <param name="Kind">What it is; a link is never followed.</param>
/// <param name="Length">Bytes of a regular file, else 0.</param>
public readonly record struct FileEntry(string Name, FileKind Kind, long Length);

/// <summary>Another process, or another part of this one, holds a directory that only one may use.</summary>
/// <param name="path">The lock file.</param>
/// <param name="holder">Process id of the holder; null when it could not be read.</param>
public sealed class StoreLockedException(string path, int? holder)
    : IOException($"{path} is locked by {(holder is int id ? $"process {id}" : "another process")}: "
        + "only one BleepStore process may use a directory.")
{
    /// <summary>Process id of the holder; null when it could not be read.</summary>
    public int? Holder { get; } = holder;
}
