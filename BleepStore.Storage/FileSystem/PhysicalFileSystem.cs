using System.Diagnostics.CodeAnalysis;
using System.IO.Enumeration;
using Microsoft.Win32.SafeHandles;

namespace BleepStore.Storage.FileSystem;

/// <summary>
/// The operating system's files. On Linux by system calls, for what .NET does not offer (directory syncs, renames that never replace,
/// fdatasync, opens without advisory locks); elsewhere by .NET, for development.
/// </summary>
/// <param name="fatalErrors">Told of a failed sync; null for <see cref="ProcessFatalErrors"/>.</param>
[SuppressMessage("Reliability", "CA2000", Justification = "Handles belong to the files and directories returned.")]
public sealed class PhysicalFileSystem(IFatalErrors? fatalErrors = null) : IFileSystem
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly IFatalErrors _fatalErrors = fatalErrors ?? ProcessFatalErrors.Instance;

    /// <inheritdoc/>
    public IStorageFile CreateFile(string path, long preallocateBytes)
    {
        if (!OperatingSystem.IsLinux())
        {
            return Wrap(File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete), path);
        }

        // The kernel would take all there is before it finds that it is not enough, and starve everybody else meanwhile.
        if (preallocateBytes > 0 && preallocateBytes > FreeBytes(Path.GetDirectoryName(path)!))
        {
            throw FileErrors.FromError(LinuxCalls.NoSpace, "preallocate", path);
        }

        var handle = OpenOrThrow(path, LinuxCalls.ReadWrite | LinuxCalls.Create | LinuxCalls.Exclusive | LinuxCalls.NoFollow, "create");
        int error = preallocateBytes > 0 ? LinuxCalls.Preallocate(handle, preallocateBytes) : 0;
        // A file system that cannot preallocate finds room as the bytes come.
        if (error is not (0 or LinuxCalls.NotSupported or LinuxCalls.NotImplemented or LinuxCalls.InvalidArgument))
        {
            handle.Dispose();
            _ = LinuxCalls.Unlink(path);
            throw FileErrors.FromError(error, "preallocate", path);
        }

        return Wrap(handle, path);
    }

    /// <inheritdoc/>
    public IStorageFile? OpenFile(string path, bool writable)
    {
        if (OperatingSystem.IsLinux())
        {
            int flags = (writable ? LinuxCalls.ReadWrite : LinuxCalls.ReadOnly) | LinuxCalls.NoFollow;
            var handle = LinuxCalls.Open(path, flags, out int error);
            if (error == 0)
            {
                return Wrap(handle, path);
            }

            handle.Dispose();
            return error == LinuxCalls.NotFound ? null : throw FileErrors.FromError(error, "open", path);
        }

        try
        {
            var access = writable ? FileAccess.ReadWrite : FileAccess.Read;
            return Wrap(File.OpenHandle(path, FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete), path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public IStorageDirectory OpenDirectory(string path)
    {
        var handle = OperatingSystem.IsLinux() ? OpenOrThrow(path, LinuxCalls.ReadOnly | LinuxCalls.MustBeDirectory, "open") : null;
        return new PhysicalDirectory(handle, path, _fatalErrors);
    }

    /// <inheritdoc/>
    public bool CreateDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            return false;
        }

        string? parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path));
        if (!string.IsNullOrEmpty(parent))
        {
            CreateDirectory(parent);
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }

        if (!string.IsNullOrEmpty(parent))
        {
            using var opened = OpenDirectory(parent);
            opened.Sync();
        }

        return true;
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        if (!OperatingSystem.IsLinux())
        {
            File.Move(from, to, overwrite: false);
            return;
        }

        int error = LinuxCalls.RenameNoReplace(from, to);
        if (error is LinuxCalls.InvalidArgument or LinuxCalls.NotImplemented)
        {
            // NFS, older FUSE and old kernels: a link never replaces either; a crash between the two leaves a second, temporary name.
            error = LinuxCalls.Link(from, to);
            error = error == 0 ? LinuxCalls.Unlink(from) : error;
        }

        if (error != 0)
        {
            throw FileErrors.FromError(error, "rename to", to);
        }
    }

    /// <inheritdoc/>
    public void Replace(string from, string to) => File.Move(from, to, overwrite: true);

    /// <inheritdoc/>
    public bool Delete(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            bool existed = File.Exists(path);
            File.Delete(path);
            return existed;
        }

        int error = LinuxCalls.Unlink(path);
        return error switch
        {
            0 => true,
            LinuxCalls.NotFound => false,
            _ => throw FileErrors.FromError(error, "delete", path),
        };
    }

    /// <inheritdoc/>
    public IEnumerable<FileEntry> List(string directory) =>
        new FileSystemEnumerable<FileEntry>(
            directory,
            static (ref FileSystemEntry entry) => ToEntry(ref entry),
            new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false, RecurseSubdirectories = false });

    /// <inheritdoc/>
    public long FreeBytes(string path) =>
        (OperatingSystem.IsLinux() ? LinuxCalls.FreeBytes(path) : null) ?? new DriveInfo(path).AvailableFreeSpace;

    /// <inheritdoc/>
    public IDisposable Lock(string path) => LockFile.Take(path);

    private static FileEntry ToEntry(ref FileSystemEntry entry)
    {
        string name = entry.FileName.ToString();
        if (entry.IsDirectory)
        {
            bool isLink = (entry.Attributes & FileAttributes.ReparsePoint) != FileAttributes.None;
            return new FileEntry(name, isLink ? FileKind.Other : FileKind.Directory, 0);
        }

        return (entry.Attributes & (FileAttributes.ReparsePoint | FileAttributes.Device)) != FileAttributes.None
            ? new FileEntry(name, FileKind.Other, 0)
            : new FileEntry(name, FileKind.File, entry.Length);
    }

    private static SafeFileHandle OpenOrThrow(string path, int flags, string action)
    {
        var handle = LinuxCalls.Open(path, flags, out int error);
        if (error == 0)
        {
            return handle;
        }

        handle.Dispose();
        throw FileErrors.FromError(error, action, path);
    }

    private PhysicalFile Wrap(SafeFileHandle handle, string path) => new(handle, path, _fatalErrors);
}
