using BleepStore.Storage;
using BleepStore.Storage.FileSystem;

namespace BleepStore.Tests.Storage;

/// <summary>Remembers what would have ended the process.</summary>
internal sealed class RecordingFatalErrors : IFatalErrors
{
    private readonly List<Exception> _errors = [];

    public IReadOnlyList<Exception> Errors => _errors;

    public void End(Exception exception)
    {
        lock (_errors)
        {
            _errors.Add(exception);
        }
    }
}

/// <summary>The operations of <see cref="IFileSystem"/> that a test counts and makes fail.</summary>
internal enum FileOperation
{
    Create,
    Open,
    OpenDirectory,
    Read,
    Write,
    Sync,
    SyncDirectory,
    Rename,
    Replace,
    Delete,
    PunchHole,
    SetLength,
}

/// <summary>Passes everything on to real files, counts it, and fails the chosen call as a full or dying disk does.</summary>
internal sealed class FaultyFileSystem(IFileSystem inner, IFatalErrors fatalErrors) : IFileSystem
{
    private readonly Lock _lock = new();
    private readonly Dictionary<FileOperation, int> _counts = [];
    private readonly List<(FileOperation Operation, int Number, Func<Exception> Fault)> _faults = [];

    /// <summary>True to be a file system without holes.</summary>
    public bool CannotPunch { get; set; }

    /// <summary>Stretches of files that cannot be read, as on a disk with bad sectors.</summary>
    public List<(string Path, long Offset, long Length)> BadStretches { get; } = [];

    /// <summary>Sizes of the writes so far.</summary>
    public List<int> WriteSizes { get; } = [];

    /// <summary>Fails the n-th such call from now on, counted from 1; a failed write writes half of its bytes first.</summary>
    public void Fail(FileOperation operation, int number, Func<Exception> fault)
    {
        lock (_lock)
        {
            _faults.Add((operation, _counts.GetValueOrDefault(operation) + number, fault));
        }
    }

    public int Count(FileOperation operation)
    {
        lock (_lock)
        {
            return _counts.GetValueOrDefault(operation);
        }
    }

    public void ResetCounts()
    {
        lock (_lock)
        {
            _counts.Clear();
            WriteSizes.Clear();
        }
    }

    public IStorageFile CreateFile(string path, long preallocateBytes)
    {
        Throw(Next(FileOperation.Create));
        return new FaultyFile(this, inner.CreateFile(path, preallocateBytes), path);
    }

    public IStorageFile? OpenFile(string path, bool writable)
    {
        Throw(Next(FileOperation.Open));
        var file = inner.OpenFile(path, writable);
        return file is null ? null : new FaultyFile(this, file, path);
    }

    public IStorageDirectory OpenDirectory(string path)
    {
        Throw(Next(FileOperation.OpenDirectory));
        return new FaultyDirectory(this, inner.OpenDirectory(path), path);
    }

    public bool CreateDirectory(string path) => inner.CreateDirectory(path);

    public void Rename(string from, string to)
    {
        Throw(Next(FileOperation.Rename));
        inner.Rename(from, to);
    }

    public void Replace(string from, string to)
    {
        Throw(Next(FileOperation.Replace));
        inner.Replace(from, to);
    }

    public bool Delete(string path)
    {
        Throw(Next(FileOperation.Delete));
        return inner.Delete(path);
    }

    public IEnumerable<FileEntry> List(string directory) => inner.List(directory);

    public long FreeBytes(string path) => inner.FreeBytes(path);

    public IDisposable Lock(string path) => inner.Lock(path);

    private static void Throw(Exception? fault)
    {
        if (fault is not null)
        {
            throw fault;
        }
    }

    private Exception? Next(FileOperation operation)
    {
        lock (_lock)
        {
            int number = _counts[operation] = _counts.GetValueOrDefault(operation) + 1;
            return _faults.Find(fault => fault.Operation == operation && fault.Number == number).Fault?.Invoke();
        }
    }

    private void FailSync(Exception? fault, string path)
    {
        if (fault is not null)
        {
            var lost = new DurabilityLostException(path, fault);
            fatalErrors.End(lost);
            throw lost;
        }
    }

    private sealed class FaultyFile(FaultyFileSystem owner, IStorageFile inner, string path) : IStorageFile
    {
        public long Length => inner.Length;

        public int Read(Span<byte> buffer, long offset)
        {
            Throw(owner.Next(FileOperation.Read));
            long end = offset + buffer.Length;
            Throw(owner.BadStretches.Exists(bad => bad.Path == path && bad.Offset < end && offset < bad.Offset + bad.Length) ? DiskErrors.Input() : null);
            return inner.Read(buffer, offset);
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            var fault = owner.Next(FileOperation.Write);
            inner.Write(fault is null ? bytes : bytes[..(bytes.Length / 2)], offset);
            lock (owner._lock)
            {
                owner.WriteSizes.Add(bytes.Length);
            }

            Throw(fault);
        }

        public void SetLength(long length)
        {
            Throw(owner.Next(FileOperation.SetLength));
            inner.SetLength(length);
        }

        public bool PunchHole(long offset, long length)
        {
            Throw(owner.Next(FileOperation.PunchHole));
            return !owner.CannotPunch && inner.PunchHole(offset, length);
        }

        public void StartWriteback(long offset, long length) => inner.StartWriteback(offset, length);

        public void Sync()
        {
            owner.FailSync(owner.Next(FileOperation.Sync), path);
            inner.Sync();
        }

        public void Dispose() => inner.Dispose();
    }

    private sealed class FaultyDirectory(FaultyFileSystem owner, IStorageDirectory inner, string path) : IStorageDirectory
    {
        public void Sync()
        {
            owner.FailSync(owner.Next(FileOperation.SyncDirectory), path);
            inner.Sync();
        }

        public void Dispose() => inner.Dispose();
    }
}

/// <summary>The errors that disks give.</summary>
internal static class DiskErrors
{
    public static Exception Full() => new StorageFullException("No space left on device");

    public static Exception Input() => new IOException("Input/output error", 5);
}
