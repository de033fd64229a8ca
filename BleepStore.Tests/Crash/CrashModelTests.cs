using System.Text;
using BleepStore.Tests.Crash.Recording;
using BleepStore.Tests.Storage;

namespace BleepStore.Tests.Crash;

/// <summary>What a loss of power may take and what it may not, case by case.</summary>
public sealed class CrashModelTests
{
    private const ulong RootInode = 1;
    private const ulong Directory2 = 2;
    private const ulong File3 = 3;
    private const int Sector = 512;

    private readonly CrashModel _model = new();
    private ulong _syncs;

    public CrashModelTests()
    {
        Apply(TraceOperation.Start, RootInode);
        Apply(TraceOperation.MakeDirectory, Directory2, path: "sub");
        Apply(TraceOperation.Durable, RootInode);
    }

    [Fact]
    public void A_new_file_is_there_only_once_its_directory_was_synced()
    {
        Create("file", "content");
        Sync(File3);
        States().ShouldBe(["", "file=content"], ignoreOrder: true);
        Sync(RootInode);
        States().ShouldBe(["file=content"]);
    }

    [Fact]
    public void A_name_without_a_synced_file_may_hold_nothing_or_zeros()
    {
        Create("file", "content");
        Sync(RootInode);
        States().ShouldBe(["file=", "file=content", "file=\0\0\0\0\0\0\0"], ignoreOrder: true);
    }

    [Fact]
    public void A_sync_covers_what_was_there_when_it_began_and_nothing_before_it_ended()
    {
        Create("file", "old");
        Sync(RootInode);
        Sync(File3);
        Apply(TraceOperation.SyncBegin, File3, number: 99);
        Write("new", 0);
        States().ShouldBe(["file=old", "file=new"], ignoreOrder: true);
        Apply(TraceOperation.SyncEnd, File3, number: 99);
        States().ShouldBe(["file=old", "file=new"], ignoreOrder: true);
        Sync(File3);
        States().ShouldBe(["file=new"]);
    }

    [Fact]
    public void A_rename_is_atomic_and_durable_by_the_sync_of_either_directory()
    {
        Create("file", "content");
        Sync(File3);
        Sync(RootInode);
        Apply(TraceOperation.Rename, 0, path: "file", other: "sub/file");
        States().ShouldBe(["file=content", "sub/file=content"], ignoreOrder: true);
        Sync(Directory2);
        States().ShouldBe(["sub/file=content"]);
    }

    [Fact]
    public void A_name_that_was_never_durable_does_not_come_back_after_the_file_was_moved()
    {
        Create("file", "content");
        Sync(File3);
        Apply(TraceOperation.Rename, 0, path: "file", other: "sub/file");
        Sync(Directory2);
        States().ShouldBe(["sub/file=content"]);
    }

    [Fact]
    public void A_removed_file_comes_back_until_its_directory_was_synced()
    {
        Create("file", "content");
        Sync(File3);
        Sync(RootInode);
        Apply(TraceOperation.Unlink, 0, path: "file");
        States().ShouldBe(["", "file=content"], ignoreOrder: true);
        Sync(RootInode);
        States().ShouldBe([""]);
    }

    [Fact]
    public void Writes_are_torn_at_sectors_and_come_in_any_order()
    {
        Create("file", new string('a', 2 * Sector));
        Sync(File3);
        Sync(RootInode);
        Write(new string('b', 2 * Sector), 0);
        Write("c", Sector);
        var first = States().Select(state => $"{state[5]}{state[5 + Sector]}{state[^1]}").Distinct();
        first.ShouldBe(["aaa", "abb", "acb", "baa", "bbb", "bcb"], ignoreOrder: true);
    }

    [Fact]
    public void What_was_written_after_a_cut_is_there_only_with_the_cut()
    {
        Create("file", "long content");
        Sync(File3);
        Sync(RootInode);
        Apply(TraceOperation.Truncate, File3, length: 0);
        Write("new", 0);
        States().ShouldBe(["file=long content", "file=", "file=\0\0\0", "file=new"], ignoreOrder: true);
    }

    [Fact]
    public void A_directory_that_was_lost_takes_its_files_along()
    {
        Apply(TraceOperation.MakeDirectory, 4, path: "made");
        Create("made/file", "content");
        Sync(File3);
        Sync(4);
        States().ShouldBe(["", "made/file=content"], ignoreOrder: true);
    }

    /// <summary>Every state that seeds bring about.</summary>
    private List<string> States()
    {
        var states = new SortedSet<string>(StringComparer.Ordinal);
        for (var seed = 0; seed < 400; seed++)
        {
            using var disk = new TemporaryDirectory();
            PowerLoss.Of(seed).SaveTo(disk.Path, _model);
            var files = Directory.EnumerateFiles(disk.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
            states.Add(string.Join(", ", files.Select(file => $"{Path.GetRelativePath(disk.Path, file)}={File.ReadAllText(file)}")));
        }

        return [.. states];
    }

    private void Create(string path, string content)
    {
        Apply(TraceOperation.Create, File3, path: path);
        Write(content, 0);
    }

    private void Write(string content, long offset)
    {
        var bytes = Encoding.ASCII.GetBytes(content);
        _model.Apply(new TraceRecord(TraceOperation.Write, File3, 0, offset, bytes.Length, "", "", bytes, End: 0));
    }

    private void Sync(ulong inode)
    {
        Apply(TraceOperation.SyncBegin, inode, number: ++_syncs);
        Apply(TraceOperation.SyncEnd, inode, number: _syncs);
    }

    private void Apply(TraceOperation operation, ulong inode, ulong number = 0, long length = 0, string path = "", string other = "")
        => _model.Apply(new TraceRecord(operation, inode, number, Offset: 0, length, path, other, default, End: 0));
}
