using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace BleepStore.Storage.FileSystem;

/// <summary>A file that one process holds for its life and that names the holder to whoever is refused.</summary>
/// <remarks>The kernel drops the lock with the process, so a crash leaves nothing to clean; the file itself stays.</remarks>
internal static class LockFile
{
    public static IDisposable Take(string path)
    {
        var handle = OperatingSystem.IsLinux() ? TakeOnLinux(path) : TakeElsewhere(path);
        Span<byte> text = stackalloc byte[16];
        Utf8Formatter.TryFormat(Environment.ProcessId, text, out int length);
        text[length++] = (byte)'\n';
        RandomAccess.SetLength(handle, 0);
        RandomAccess.Write(handle, text[..length], 0);
        return OperatingSystem.IsLinux() ? new HeldOnLinux(handle) : handle;
    }

    private static SafeFileHandle TakeOnLinux(string path)
    {
        var handle = LinuxCalls.Open(path, LinuxCalls.ReadWrite | LinuxCalls.Create | LinuxCalls.NoFollow, out int error);
        if (error != 0)
        {
            handle.Dispose();
            throw FileErrors.FromError(error, "open", path);
        }

        error = LinuxCalls.Lock(handle);
        if (error == 0)
        {
            return handle;
        }

        using (handle)
        {
            throw error == LinuxCalls.WouldBlock
                ? new StoreLockedException(path, ReadHolder(handle))
                : FileErrors.FromError(error, "lock", path);
        }
    }

    private static SafeFileHandle TakeElsewhere(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        }
        catch (IOException) when (File.Exists(path))
        {
            using var reader = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            throw new StoreLockedException(path, ReadHolder(reader));
        }
    }

    private static int? ReadHolder(SafeFileHandle handle)
    {
        Span<byte> text = stackalloc byte[16];
        int read = RandomAccess.Read(handle, text, 0);
        return Utf8Parser.TryParse(text[..read], out int holder, out _) ? holder : null;
    }

    /// <summary>The lock while it is held.</summary>
    /// <remarks>
    /// To close the file is not enough: a child that this process starts at that moment has its descriptors until it is a program of its own, and
    /// the lock would last as long.
    /// </remarks>
    private sealed class HeldOnLinux(SafeFileHandle handle) : IDisposable
    {
        public void Dispose()
        {
            if (!handle.IsClosed)
            {
                _ = LinuxCalls.Unlock(handle);
                handle.Dispose();
            }
        }
    }
}
