using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BleepStore.Storage.FileSystem;

/// <summary>An open file of the operating system.</summary>
internal sealed class PhysicalFile(SafeFileHandle handle, string path, IFatalErrors fatalErrors) : IStorageFile
{
    public long Length => RandomAccess.GetLength(handle);

    public int Read(Span<byte> buffer, long offset)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            int read = RandomAccess.Read(handle, buffer[total..], offset + total);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            RandomAccess.Write(handle, bytes, offset);
        }
        catch (IOException exception) when (FileErrors.IsFull(exception))
        {
            throw new StorageFullException($"No room to write {path}", exception);
        }
    }

    public void SetLength(long length)
    {
        try
        {
            RandomAccess.SetLength(handle, length);
        }
        catch (IOException exception) when (FileErrors.IsFull(exception))
        {
            throw new StorageFullException($"No room to extend {path}", exception);
        }
    }

    public void StartWriteback(long offset, long length)
    {
        if (OperatingSystem.IsLinux())
        {
            LinuxCalls.StartWriteback(handle, offset, length);
        }
    }

    public bool PunchHole(long offset, long length)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        int error = LinuxCalls.PunchHole(handle, offset, length);
        return error switch
        {
            0 => true,
            LinuxCalls.NotSupported or LinuxCalls.NotImplemented or LinuxCalls.InvalidArgument => false,
            _ => throw FileErrors.FromError(error, "free a part of", path),
        };
    }

    public void Sync()
    {
        if (OperatingSystem.IsLinux())
        {
            int error = LinuxCalls.SyncData(handle);
            if (error != 0)
            {
                throw DurabilityLost(path, new IOException(Marshal.GetPInvokeErrorMessage(error), error), fatalErrors);
            }

            return;
        }

        try
        {
            RandomAccess.FlushToDisk(handle);
        }
        catch (IOException exception)
        {
            throw DurabilityLost(path, exception, fatalErrors);
        }
    }

    public void Dispose() => handle.Dispose();

    internal static DurabilityLostException DurabilityLost(string path, Exception cause, IFatalErrors fatalErrors)
    {
        var lost = new DurabilityLostException(path, cause);
        fatalErrors.End(lost);
        return lost;
    }
}

/// <summary>An open directory of the operating system; without a handle on Windows, where NTFS journals names by itself.</summary>
internal sealed class PhysicalDirectory(SafeFileHandle? handle, string path, IFatalErrors fatalErrors) : IStorageDirectory
{
    public void Sync()
    {
        if (handle is null)
        {
            return;
        }

        int error = LinuxCalls.Sync(handle);
        // Some network and FUSE file systems cannot sync a directory and say so; they have nothing that a restart would tell better.
        if (error is not (0 or LinuxCalls.InvalidArgument or LinuxCalls.NotSupported or LinuxCalls.NotImplemented))
        {
            throw PhysicalFile.DurabilityLost(path, new IOException(Marshal.GetPInvokeErrorMessage(error), error), fatalErrors);
        }
    }

    public void Dispose() => handle?.Dispose();
}
