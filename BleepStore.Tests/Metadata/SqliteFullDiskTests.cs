using BleepStore.Api.Lifecycle;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Sqlite;
using BleepStore.Storage;
using BleepStore.Tests.Faults;
using Microsoft.Extensions.Logging.Abstractions;
using SQLitePCL;

namespace BleepStore.Tests.Metadata;

/// <summary>A full disk refuses what adds bytes, lets go what frees them, and recovers without a restart.</summary>
public sealed class SqliteFullDiskTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_that_is_full_refuses_whole_commands_and_can_be_emptied()
    {
        await using var bed = await new SqliteTestBed(options => options with { MaxPageCount = 400 }).WithBucketAsync();
        var stored = await FillAsync(bed, concurrent: 8);
        stored.Count.ShouldBeGreaterThan(20);
        (await bed.Store.CountAsync(bed.BucketId, Cancellation)).Objects.ShouldBe(stored.Count, "what was refused left nothing");

        await bed.Store.ExecuteAsync(bed.Delete(stored), Cancellation);
        await bed.CollectAsync(Cancellation);

        (await bed.PutAsync("again", inlineBytes: 16_384)).IsDone.ShouldBeTrue();
        bed.Fatal.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_reserve_is_given_up_at_the_first_shortage_and_only_deletes_run_until_it_is_back()
    {
        var free = 1L << 30;
        var breaks = 0;
        await using var bed = await new SqliteTestBed(options => options with { ReserveBytes = 1 << 20, MeasureFreeBytes = () => free })
            .WithBucketAsync();
        await bed.PutAsync("old", inlineBytes: 1000);
        File.Exists(bed.File("reserve")).ShouldBeTrue();
        bed.Store.FreeBytes.ShouldBe(1L << 30);
        free = 0;
        bed.Breakage = () => breaks++ == 0 ? new SqliteEngineException(raw.SQLITE_FULL, "injected") : null;

        await Should.ThrowAsync<MetadataFullException>(() => bed.PutAsync("new"));
        File.Exists(bed.File("reserve")).ShouldBeFalse();
        bed.Store.IsOutOfSpace.ShouldBeTrue();
        await Should.ThrowAsync<MetadataFullException>(() => bed.PutAsync("new"));
        breaks.ShouldBe(1, "commands that add bytes are no longer begun");
        (await bed.Store.ExecuteAsync(bed.Delete(["old"]), Cancellation))[0].IsDone.ShouldBeTrue();
        await bed.CollectAsync(Cancellation);

        free = 1L << 30;
        (await bed.PutAsync("new")).IsDone.ShouldBeTrue();
        bed.Store.IsOutOfSpace.ShouldBeFalse();
        File.Exists(bed.File("reserve")).ShouldBeTrue();
    }

    [Fact]
    public async Task Rules_of_a_bucket_without_versions_make_room_on_a_full_disk()
    {
        const string rules = "<LifecycleConfiguration><Rule><ID>all</ID><Status>Enabled</Status><Filter/><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>";
        var free = 1L << 30;
        var breaks = 0;
        await using var bed = await new SqliteTestBed(options => options with { ReserveBytes = 1 << 20, MeasureFreeBytes = () => free })
            .WithBucketAsync();
        await bed.PutAsync("old");
        await bed.Store.ExecuteAsync(
            new SetBucketConfiguration
            {
                Time = DateTimeOffset.UnixEpoch,
                Bucket = "bucket",
                BucketId = bed.BucketId,
                Name = ExpireObjects.Configuration,
                Document = rules,
            },
            Cancellation);
        free = 0;
        bed.Breakage = () => breaks++ == 0 ? new SqliteEngineException(raw.SQLITE_FULL, "injected") : null;
        await Should.ThrowAsync<MetadataFullException>(() => bed.PutAsync("new"));
        var work = new LifecycleWork(
            bed.Store, LifecycleSettings.Default, new LifecycleCounts(), NoCrashPoints.Instance, TimeProvider.System, NullLogger<LifecycleWork>.Instance);

        while (await work.RunBatchAsync(Cancellation))
        {
        }

        (await bed.Store.CountAsync(bed.BucketId, Cancellation)).Objects.ShouldBe(0);
        bed.Store.IsOutOfSpace.ShouldBeTrue();
    }

    [Fact]
    public async Task A_delete_that_meets_the_shortage_itself_runs_in_the_reserve_s_room()
    {
        var free = 1L << 30;
        var breaks = 0;
        await using var bed = await new SqliteTestBed(options => options with { ReserveBytes = 1 << 20, MeasureFreeBytes = () => free })
            .WithBucketAsync();
        await bed.PutAsync("old");
        free = 0;
        bed.Breakage = () => breaks++ == 0 ? new SqliteEngineException(raw.SQLITE_FULL, "injected") : null;

        (await bed.Store.ExecuteAsync(bed.Delete(["old"]), Cancellation))[0].IsDone.ShouldBeTrue();

        bed.Store.IsOutOfSpace.ShouldBeTrue();
    }

    [Fact]
    public async Task A_file_system_filled_to_its_last_byte_is_emptied_without_a_restart()
    {
        using var mount = SmallFileSystem.TryMount(sizeMiB: 24);
        Assert.SkipWhen(mount is null, "Mounting a small file system needs root.");
        await using var bed = await new SqliteTestBed(
            options => options with { ReserveBytes = 4 << 20, JournalSoftLimitBytes = 1 << 20 }, Path.Combine(mount.Path, "meta"))
                .WithBucketAsync();
        for (var round = 0; round < 2; round++)
        {
            var stored = await FillAsync(bed, concurrent: 16);
            stored.Count.ShouldBeGreaterThan(200, "most of the file system was used");
            bed.Store.IsOutOfSpace.ShouldBeTrue();
            await File.WriteAllBytesAsync(Path.Combine(mount.Path, "filler"),
                new byte[Math.Max(0, mount.FreeBytes - (2 << 20))], Cancellation);

            foreach (var keys in stored.Chunk(100))
            {
                await bed.Store.ExecuteAsync(bed.Delete(keys), Cancellation);
                await bed.CollectAsync(Cancellation);
            }

            File.Delete(Path.Combine(mount.Path, "filler"));
            for (var attempt = 0; bed.Store.IsOutOfSpace && attempt < 20; attempt++)
            {
                await bed.Store.ExecuteAsync(bed.Delete(["absent"]), Cancellation);
            }

            bed.Store.IsOutOfSpace.ShouldBeFalse("free pages went back to the file system and the reserve was made anew");
            (await bed.PutAsync("again", inlineBytes: 16_384)).IsDone.ShouldBeTrue();
        }

        await bed.ReopenAsync();
        (await bed.Store.CountAsync(bed.BucketId, Cancellation)).Objects.ShouldBe(1);
        bed.Fatal.ShouldBeEmpty();
    }

    /// <summary>Puts objects of 16 KiB until one is refused for want of room; the answer is what was stored.</summary>
    private static async Task<List<string>> FillAsync(SqliteTestBed bed, int concurrent)
    {
        var stored = new List<string>();
        var full = false;
        for (var round = 0; !full && round < 10_000; round++)
        {
            var puts = Enumerable.Range(0, concurrent).Select(number => $"fill-{round}-{number}")
                .Select(key => (Key: key, Task: bed.PutAsync(key, inlineBytes: 16_384))).ToList();
            foreach (var (key, task) in puts)
            {
                try
                {
                    (await task).IsDone.ShouldBeTrue();
                    stored.Add(key);
                }
                catch (MetadataFullException)
                {
                    full = true;
                }
            }
        }

        full.ShouldBeTrue();
        return stored;
    }
}
