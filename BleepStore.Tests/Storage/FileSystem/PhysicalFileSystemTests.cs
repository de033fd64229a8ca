using BleepStore.Storage;
using BleepStore.Storage.FileSystem;

namespace BleepStore.Tests.Storage.FileSystem;

/// <summary>The operating system does what durable code relies on, and its errors have the promised kinds.</summary>
public sealed class PhysicalFileSystemTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingFatalErrors _fatalErrors = new();
    private readonly PhysicalFileSystem _files;

    public PhysicalFileSystemTests() => _files = new PhysicalFileSystem(_fatalErrors);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Bytes_are_written_and_read_at_positions()
    {
        using var file = _files.CreateFile(_directory.Join("f"), 0);
        file.Write("world"u8, 6);
        file.Write("hello "u8, 0);
        file.Sync();

        var buffer = new byte[20];
        file.Read(buffer, 0).ShouldBe(11);
        buffer[..11].ShouldBe("hello world"u8.ToArray());
        file.Read(buffer, 11).ShouldBe(0);
        file.SetLength(5);
        file.Length.ShouldBe(5);
    }

    [Fact]
    public void A_file_is_created_only_once()
    {
        _files.CreateFile(_directory.Join("f"), 0).Dispose();

        Should.Throw<IOException>(() => _files.CreateFile(_directory.Join("f"), 0));
    }

    [Fact]
    public void Room_is_reserved_when_asked_for()
    {
        using var file = _files.CreateFile(_directory.Join("f"), 1_000_000);
        file.Length.ShouldBe(1_000_000);
    }

    [Fact]
    public void Reserving_more_than_the_disk_has_leaves_nothing()
    {
        long tooMuch = _files.FreeBytes(_directory.Path) + (1L << 36);

        Should.Throw<StorageFullException>(() => _files.CreateFile(_directory.Join("f"), tooMuch));

        File.Exists(_directory.Join("f")).ShouldBeFalse();
    }

    [Fact]
    public void A_full_disk_is_told_from_other_errors()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full");
        using var full = _files.OpenFile("/dev/full", writable: true);

        Should.Throw<StorageFullException>(() => full!.Write("x"u8, 0));
    }

    [Fact]
    public void A_file_that_cannot_be_synced_is_fatal()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full");
        using var device = _files.OpenFile("/dev/full", writable: true);

        var thrown = Should.Throw<DurabilityLostException>(() => device!.Sync());

        _fatalErrors.Errors.ShouldBe([thrown]);
    }

    [Fact]
    public void Absent_files_are_told_from_other_errors()
    {
        _files.OpenFile(_directory.Join("absent"), writable: false).ShouldBeNull();
        _files.OpenFile(_directory.Join("absent", "below"), writable: false).ShouldBeNull();
        _files.Delete(_directory.Join("absent")).ShouldBeFalse();
        _files.CreateFile(_directory.Join("f"), 0).Dispose();
        _files.Delete(_directory.Join("f")).ShouldBeTrue();
    }

    [Fact]
    public void A_rename_never_replaces_and_a_replace_does()
    {
        File.WriteAllText(_directory.Join("a"), "a");
        File.WriteAllText(_directory.Join("b"), "b");

        Should.Throw<IOException>(() => _files.Rename(_directory.Join("a"), _directory.Join("b")));
        File.ReadAllText(_directory.Join("b")).ShouldBe("b");

        _files.Replace(_directory.Join("a"), _directory.Join("b"));
        File.ReadAllText(_directory.Join("b")).ShouldBe("a");
        _files.Rename(_directory.Join("b"), _directory.Join("c"));
        File.ReadAllText(_directory.Join("c")).ShouldBe("a");
        File.Exists(_directory.Join("b")).ShouldBeFalse();
    }

    [Fact]
    public void Directories_are_made_with_those_above_them()
    {
        _files.CreateDirectory(_directory.Join("x", "y", "z")).ShouldBeTrue();
        _files.CreateDirectory(_directory.Join("x", "y", "z")).ShouldBeFalse();
        using var opened = _files.OpenDirectory(_directory.Join("x", "y"));
        opened.Sync();
        _fatalErrors.Errors.ShouldBeEmpty();
    }

    [Fact]
    public void Entries_are_listed_with_their_kinds()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need privileges there.");
        File.WriteAllText(_directory.Join("file"), "12345");
        Directory.CreateDirectory(_directory.Join("directory"));
        File.CreateSymbolicLink(_directory.Join("to-file"), _directory.Join("file"));
        File.CreateSymbolicLink(_directory.Join("to-directory"), _directory.Join("directory"));

        _files.List(_directory.Path).OrderBy(static entry => entry.Name, StringComparer.Ordinal).ShouldBe(
        [
            new FileEntry("directory", FileKind.Directory, 0),
            new FileEntry("file", FileKind.File, 5),
            new FileEntry("to-directory", FileKind.Other, 0),
            new FileEntry("to-file", FileKind.Other, 0),
        ]);
    }

    [Fact]
    public void Free_bytes_are_plausible()
    {
        long free = _files.FreeBytes(_directory.Path);
        free.ShouldBeGreaterThan(0);
        free.ShouldBeInRange(free / 2, new DriveInfo(_directory.Path).TotalSize);
    }
}

/// <summary>Blocking work runs in parallel up to its bound, and its errors reach whoever awaits it.</summary>
public sealed class SyncThreadsTests
{
    [Fact]
    public async Task Jobs_run_in_parallel_up_to_the_bound()
    {
        using var threads = new SyncThreads(maximum: 4);
        using var barrier = new Barrier(4);
        int most = 0;
        int running = 0;
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => threads.RunAsync(
            state =>
            {
                int now = Interlocked.Increment(ref running);
                InterlockedMaximum(ref most, now);
                state.SignalAndWait(Patience.Limit, TestContext.Current.CancellationToken).ShouldBeTrue("four jobs at once");
                Interlocked.Decrement(ref running);
            },
            barrier)));

        most.ShouldBe(4);
    }

    [Fact]
    public async Task An_error_reaches_whoever_awaits_and_harms_no_later_job()
    {
        using var threads = new SyncThreads(maximum: 1);

        await Should.ThrowAsync<InvalidDataException>(() => threads.RunAsync(static _ => throw new InvalidDataException(), 0));
        await Should.ThrowAsync<OperationCanceledException>(() => threads.RunAsync(static _ => throw new OperationCanceledException(), 0));
        await threads.RunAsync(static _ => { }, 0);
    }

    [Fact]
    public async Task Queued_jobs_are_done_before_the_threads_end()
    {
        var threads = new SyncThreads(maximum: 2);
        int done = 0;
        var jobs = Enumerable.Range(0, 100).Select(_ => threads.RunAsync(__ => Interlocked.Increment(ref done), 0)).ToArray();

        threads.Dispose();
        await Task.WhenAll(jobs);

        done.ShouldBe(100);
        await Should.ThrowAsync<ObjectDisposedException>(() => threads.RunAsync(static _ => { }, 0));
    }

    private static void InterlockedMaximum(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
