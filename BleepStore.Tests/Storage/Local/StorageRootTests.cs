using System.Globalization;
using System.Runtime.InteropServices;
using BleepStore.Storage.FileSystem;
using BleepStore.Storage.Local;
using Microsoft.Win32.SafeHandles;

namespace BleepStore.Tests.Storage.Local;

/// <summary>A storage root belongs to one store and one process, and remembers the boots that wrote to it.</summary>
public sealed partial class StorageRootTests : IDisposable
{
    private const string Store = LocalStore.StoreId;
    private const string OtherStore = "ffeeddccbbaa99887766554433221100";

    private readonly TemporaryDirectory _directory = new();
    private readonly PhysicalFileSystem _fileSystem = new(new RecordingFatalErrors());

    private string Root => _directory.Join("a", "b", "data");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_new_root_belongs_to_nobody()
    {
        using var root = StorageRoot.Open(_fileSystem, Root);

        root.StoreId.ShouldBeNull();
        root.HighestBoot.ShouldBe(0u);
        root.Boot.ShouldBeNull();
    }

    [Fact]
    public void A_claim_is_found_by_the_next_process()
    {
        using (var root = StorageRoot.Open(_fileSystem, Root))
        {
            root.Claim(Store, 7);
            root.Boot.ShouldBe(7u);
        }

        using var next = StorageRoot.Open(_fileSystem, Root);
        next.StoreId.ShouldBe(Store);
        next.HighestBoot.ShouldBe(7u);
        next.Boot.ShouldBeNull();
        File.ReadAllText(Path.Combine(Root, "store.json")).ShouldBe($$"""{"format":1,"storeId":"{{Store}}","highestBoot":7}""" + "\n");
    }

    [Fact]
    public void A_root_that_is_inspected_is_locked_and_left_as_it_is()
    {
        using (var root = StorageRoot.Open(_fileSystem, Root))
        {
            root.Claim(Store, 7);
        }

        string halfWritten = Path.Combine(Root, ".tmp", "half-written");
        File.WriteAllText(halfWritten, "x");
        using (var inspected = StorageRoot.Inspect(_fileSystem, Root))
        {
            inspected.StoreId.ShouldBe(Store);
            inspected.HighestBoot.ShouldBe(7u);
            inspected.IsReadOnly.ShouldBeTrue();
            Should.Throw<InvalidOperationException>(() => inspected.Claim(Store, 8));
            Should.Throw<StoreLockedException>(() => StorageRoot.Open(_fileSystem, Root));
        }

        File.Exists(halfWritten).ShouldBeTrue();
        Should.Throw<IOException>(() => StorageRoot.Inspect(_fileSystem, Path.Combine(Root, "none")));
        Directory.Exists(Path.Combine(Root, "none")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("torn")]
    [InlineData("{\"format\":1,\"storeId\":\"ffeeddccbbaa99887766554433221100\",\"highestBoot\":4294967295} and more than the identity has")]
    public void The_file_kept_for_the_next_claim_is_written_over_and_never_read(string text)
    {
        using (var root = StorageRoot.Open(_fileSystem, Root))
        {
            root.Claim(Store, 7);
        }

        File.WriteAllText(Path.Combine(Root, StorageRoot.NextIdentityFile), text);
        using (var next = StorageRoot.Open(_fileSystem, Root))
        {
            next.HighestBoot.ShouldBe(7u);
            next.Claim(Store, 8);
        }

        using var last = StorageRoot.Open(_fileSystem, Root);
        last.StoreId.ShouldBe(Store);
        last.HighestBoot.ShouldBe(8u);
        File.Exists(Path.Combine(Root, StorageRoot.NextIdentityFile)).ShouldBeTrue();
    }

    [Fact]
    public void A_boot_is_claimed_only_once()
    {
        using var root = StorageRoot.Open(_fileSystem, Root);
        root.Claim(Store, 7);

        Should.Throw<ArgumentOutOfRangeException>(() => root.Claim(Store, 7));
        Should.Throw<ArgumentOutOfRangeException>(() => root.Claim(Store, 6));
        root.HighestBoot.ShouldBe(7u);
    }

    [Fact]
    public void The_root_of_another_store_is_refused_and_left_alone()
    {
        using (var root = StorageRoot.Open(_fileSystem, Root))
        {
            root.Claim(OtherStore, 3);
        }

        using var next = StorageRoot.Open(_fileSystem, Root);
        var thrown = Should.Throw<ForeignStoreException>(() => next.Claim(Store, 9));

        thrown.Message.ShouldContain(OtherStore);
        thrown.Message.ShouldContain(Store);
        next.StoreId.ShouldBe(OtherStore);
        next.Boot.ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"format":2,"storeId":"00112233445566778899aabbccddeeff","highestBoot":1}""")]
    [InlineData("""{"format":1,"storeId":"0011","highestBoot":1}""")]
    [InlineData("""{"format":1,"storeId":"00112233445566778899aabbccddeeff","highestBoot":-1}""")]
    [InlineData("""{"format":"1","storeId":"00112233445566778899aabbccddeeff","highestBoot":1}""")]
    public void A_damaged_identity_stops_the_start(string text)
    {
        Directory.CreateDirectory(Root);
        File.WriteAllText(Path.Combine(Root, "store.json"), text);

        Should.Throw<InvalidDataException>(() => StorageRoot.Open(_fileSystem, Root)).Message.ShouldContain("store.json");

        File.Delete(Path.Combine(Root, "store.json"));
        StorageRoot.Open(_fileSystem, Root).Dispose();
    }

    [Fact]
    public void A_second_holder_is_refused_and_told_the_first()
    {
        using (StorageRoot.Open(_fileSystem, Root))
        {
            var thrown = Should.Throw<StoreLockedException>(() => StorageRoot.Open(_fileSystem, Root));
            thrown.Holder.ShouldBe(Environment.ProcessId);
            thrown.Message.ShouldContain(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }

        StorageRoot.Open(_fileSystem, Root).Dispose();
    }

    [Fact]
    public void A_root_that_was_left_is_free_although_a_child_in_the_making_still_has_its_descriptors()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Descriptors in /proc");
        var root = StorageRoot.Open(_fileSystem, Root);
        var lockFile = Directory.GetFiles(Root).Single(path => Path.GetFileName(path).Contains("lock", StringComparison.Ordinal));
        var descriptor = Directory.GetFiles("/proc/self/fd").Single(link => new FileInfo(link).LinkTarget == lockFile);

        // As a fork does, which shares the open file and its lock.
        using var copy = new SafeFileHandle(Duplicate(int.Parse(Path.GetFileName(descriptor), CultureInfo.InvariantCulture)), ownsHandle: true);
        copy.IsInvalid.ShouldBeFalse();
        root.Dispose();

        StorageRoot.Open(_fileSystem, Root).Dispose();
    }

    [Fact]
    public void A_refused_process_removes_nothing()
    {
        using var root = StorageRoot.Open(_fileSystem, Root);
        string arriving = Path.Combine(Root, ".tmp", "arriving");
        File.WriteAllText(arriving, "x");

        Should.Throw<StoreLockedException>(() => StorageRoot.Open(_fileSystem, Root));

        File.Exists(arriving).ShouldBeTrue();
    }

    [Fact]
    public void Opening_clears_what_a_crash_left_half_written()
    {
        StorageRoot.Open(_fileSystem, Root).Dispose();
        for (int i = 0; i < 5000; i++)
        {
            File.Create(Path.Combine(Root, i % 2 == 0 ? ".tmp" : ".multipart", i.ToString("x32", CultureInfo.InvariantCulture))).Dispose();
        }

        using var root = StorageRoot.Open(_fileSystem, Root);

        Directory.EnumerateFiles(Path.Combine(Root, ".tmp")).ShouldBeEmpty();
        Directory.EnumerateFiles(Path.Combine(Root, ".multipart")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(".tmp")]
    [InlineData(".multipart")]
    [InlineData("a7")]
    public void A_symbolic_link_within_stops_the_start(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need privileges there.");
        Directory.CreateDirectory(Root);
        Directory.CreateDirectory(_directory.Join("precious"));
        File.WriteAllText(_directory.Join("precious", "file"), "x");
        File.CreateSymbolicLink(Path.Combine(Root, name), _directory.Join("precious"));

        Should.Throw<InvalidDataException>(() => StorageRoot.Open(_fileSystem, Root)).Message.ShouldContain(name);

        File.Exists(_directory.Join("precious", "file")).ShouldBeTrue();
    }

    [Fact]
    public void A_claim_is_synced_before_it_is_believed()
    {
        var fatal = new RecordingFatalErrors();
        var faulty = new FaultyFileSystem(_fileSystem, fatal);
        using var root = StorageRoot.Open(faulty, Root);
        faulty.Fail(FileOperation.Sync, 1, DiskErrors.Input);

        Should.Throw<DurabilityLostException>(() => root.Claim(Store, 1));

        root.Boot.ShouldBeNull();
        File.Exists(Path.Combine(Root, "store.json")).ShouldBeFalse();
        fatal.Errors.Count.ShouldBe(1);
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Duplicate(int descriptor);
}
