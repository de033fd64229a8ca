using BleepStore.Storage;
using BleepStore.Storage.FileSystem;
using BleepStore.Storage.Local;

namespace BleepStore.Tests.Storage.Local;

/// <summary>The local backend keeps the contract, and what it costs: files where they belong, few system calls.</summary>
public sealed class LocalObjectStorageTests : ObjectStorageContract
{
    private LocalStore? _store;

    private LocalStore Store => _store!;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Store.DisposeAsync();
    }

    [Fact]
    public async Task A_blob_lies_in_the_directory_of_its_last_two_digits()
    {
        var blob = await Store.WriteAsync(10);

        File.Exists(Path.Combine(Store.Root, "01", "00000000000000010000000000000001")).ShouldBeTrue();
        Store.FileOf(blob).ShouldBe(Path.Combine(Store.Root, "01", "00000000000000010000000000000001"));
        blob.StoredLength.ShouldBe(new FileInfo(Store.FileOf(blob)).Length);
    }

    [Theory]
    [InlineData(false, ".tmp")]
    [InlineData(true, ".multipart")]
    public async Task Arriving_bytes_lie_beside_the_blobs(bool isPart, string directory)
    {
        var address = Address(isPart);
        bool seen = false;
        var source = new TestSource(10)
        {
            BeforeRead = (_, _) =>
            {
                seen |= File.Exists(Path.Combine(Store.Root, directory, address.Id.ToString()));
                return ValueTask.CompletedTask;
            },
        };

        await Storage.WriteAsync(address, source, 10, Token);

        seen.ShouldBeTrue();
        Store.Leftovers().ShouldBeEmpty();
    }

    [Fact]
    public async Task Only_the_owner_can_read_what_is_stored()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix modes");
        var blob = await Store.WriteAsync(10);

#pragma warning disable CA1416 // Skipped above.
        File.GetUnixFileMode(Store.FileOf(blob)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(Path.GetDirectoryName(Store.FileOf(blob))!)
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
#pragma warning restore CA1416
    }

    [Fact]
    public async Task Many_small_pieces_become_few_writes()
    {
        Store.FileSystem.ResetCounts();
        await Storage.WriteAsync(Address(), new TestSource(1024 * 1024, pieceSize: 4096), 1024 * 1024, Token);
        Store.FileSystem.WriteSizes.ShouldBe([262_144, 262_144, 262_144, 262_144, (17 * 4) + 64]);

        Store.FileSystem.ResetCounts();
        await Storage.WriteAsync(Address(), new TestSource(100_000, pieceSize: 1000), 100_000, Token);
        Store.FileSystem.WriteSizes.ShouldBe([100_000 + 12 + 64]);
    }

    [Fact]
    public async Task A_write_syncs_its_file_and_its_directory_once()
    {
        await Store.WriteAsync(10);
        var again = new BlobAddress("b", "k", new BlobId(0, 1, 0x101));
        Store.FileSystem.ResetCounts();

        await Storage.WriteAsync(again, new TestSource(10), 10, Token);

        Store.FileSystem.Count(FileOperation.Sync).ShouldBe(1);
        Store.FileSystem.Count(FileOperation.SyncDirectory).ShouldBe(1);
        Store.FileSystem.Count(FileOperation.OpenDirectory).ShouldBe(0);
    }

    [Fact]
    public async Task A_small_blob_is_read_with_one_open_and_one_read()
    {
        var blob = await Store.WriteAsync(1024);
        Store.FileSystem.ResetCounts();

        await Store.ReadAsync(blob, 0, 1024);

        Store.FileSystem.Count(FileOperation.Open).ShouldBe(1);
        Store.FileSystem.Count(FileOperation.Read).ShouldBe(1);
    }

    [Fact]
    public async Task A_range_reads_only_what_it_touches()
    {
        var blob = await Store.WriteAsync(40 * 64 * 1024);
        Store.FileSystem.ResetCounts();

        await Store.ReadAsync(blob, 1_000_000, 4096);

        Store.FileSystem.Count(FileOperation.Read).ShouldBe(2);
    }

    [Fact]
    public async Task Reads_complete_synchronously_and_whole_frames_at_once()
    {
        var blob = await Store.WriteAsync(300_000);
        await using var stream = await Storage.OpenAsync(blob, 0, 300_000, Token);
        var buffer = new byte[150_000];

        var first = stream!.ReadAsync(buffer, Token);
        first.IsCompletedSuccessfully.ShouldBeTrue();
        (await first).ShouldBe(2 * 65_536);
#pragma warning disable CA1849, VSTHRD103 // The synchronous path is what is tested.
        stream.Read(buffer.AsSpan()).ShouldBe(2 * 65_536);
        stream.Read(buffer.AsSpan()).ShouldBe(300_000 - (4 * 65_536));
        stream.Read(buffer.AsSpan()).ShouldBe(0);
#pragma warning restore CA1849, VSTHRD103
    }

    [Fact]
    public async Task Nothing_is_written_to_a_root_that_nobody_claimed()
    {
        using var directory = new TemporaryDirectory();
        await using var storage = new LocalObjectStorage(StorageRoot.Open(new PhysicalFileSystem(), directory.Path));

        await Should.ThrowAsync<InvalidOperationException>(
            async () => await storage.WriteAsync(Address(), new TestSource(1), 1, Token));
    }

    [Fact]
    public async Task Foreign_files_are_not_listed()
    {
        var blob = await Store.WriteAsync(10);
        string directory = Path.GetDirectoryName(Store.FileOf(blob))!;
        await File.WriteAllTextAsync(Path.Combine(directory, "README"), "x", Token);
        await File.WriteAllTextAsync(Path.Combine(directory, "00000000000000010000000000000002"), "x", Token);
        Directory.CreateDirectory(Path.Combine(directory, "00000000000000010000000000000101"));

        (await ListAsync()).ShouldBe([blob]);
    }

    [Fact]
    public async Task A_symbolic_link_in_place_of_a_blob_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need privileges there.");
        var blob = await Store.WriteAsync(10);
        File.Move(Store.FileOf(blob), Path.Combine(Store.Root, "elsewhere"));
        File.CreateSymbolicLink(Store.FileOf(blob), Path.Combine(Store.Root, "elsewhere"));

        await Should.ThrowAsync<IOException>(() => Store.ReadAsync(blob, 0, 10));
    }

    [Fact]
    public void Free_bytes_are_those_of_the_disk() => Storage.FreeBytes!.Value.ShouldBeGreaterThan(0);

    private protected override ValueTask<IObjectStorage> CreateAsync()
    {
        _store = new LocalStore();
        return ValueTask.FromResult<IObjectStorage>(_store.Storage);
    }

    private protected override async Task ShouldBeEmptyAsync(BlobId id, long length)
    {
        await base.ShouldBeEmptyAsync(id, length);
        var current = Path.Combine(Store.Root, ".tmp", id.ToString());
        Store.Leftovers().Where(file => file != current).ShouldBeEmpty();
    }
}

/// <summary>A large blob costs no memory. Alone, because it watches the whole process.</summary>
[Collection(nameof(AloneDefinition))]
public sealed class LocalMemoryTests
{
    [Fact]
    public async Task A_large_blob_is_written_and_read_in_flat_memory()
    {
        const int length = 128 * 1024 * 1024;
        await using var store = new LocalStore();
        await store.WriteAsync(1024 * 1024);
        long before = GC.GetTotalAllocatedBytes(precise: true);

        var blob = await store.WriteAsync(length);
        await using (var stream = await store.Storage.OpenAsync(blob, 0, length, TestContext.Current.CancellationToken))
        {
            await stream!.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);
        }

        (GC.GetTotalAllocatedBytes(precise: true) - before).ShouldBeLessThan(4 * 1024 * 1024);
    }
}

/// <summary>Tests that nothing else may run beside.</summary>
[CollectionDefinition(nameof(AloneDefinition), DisableParallelization = true)]
public sealed class AloneDefinition;
