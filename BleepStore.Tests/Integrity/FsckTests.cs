using BleepStore.Api.CommandLine;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Sqlite;

namespace BleepStore.Tests.Integrity;

/// <summary>Rows that contradict each other or the disk: found exactly, and repaired only where nothing can be lost.</summary>
public sealed class FsckTests : IDisposable
{
    private readonly CheckBed _bed = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task Wrong_counters_are_found_and_repaired()
    {
        await _bed.ServeOneObjectAsync();
        _bed.ExecuteSql("UPDATE bucket_counters SET objects = objects + 2, bytes = bytes - 7");
        (await _bed.CheckAsync("fsck")).ShouldFind("counters-wrong");
        var repaired = await _bed.CheckAsync("fsck", "--repair");
        repaired.ShouldFind("counters-wrong")["repaired"]!.GetValue<bool>().ShouldBeTrue();
        repaired.ExitCode.ShouldBe(ExitCodes.Success);
        (await _bed.CheckAsync("fsck")).ShouldBeClean();
        await using var server = await _bed.StartAsync();
        (await server.Services.CountAsync()).ShouldBe((1, CheckBed.BlobBytes));
    }

    [Fact]
    public async Task A_lost_owner_row_is_found_and_restored_before_a_sweep_takes_the_blob()
    {
        await _bed.ServeAsync(async client =>
        {
            await CheckBed.PutAsync(client, "a");
            await CheckBed.PutPartsAsync(client, "b", 2, listed: [1, 2]);
        });
        _bed.ExecuteSql("DELETE FROM blob_owners");
        var found = await _bed.CheckAsync("fsck");
        found.ExitCode.ShouldBe(ExitCodes.DamageFound);
        found.Kinds.ShouldBe(["owner-missing", "owner-missing", "owner-missing"]);
        var repaired = await _bed.CheckAsync("fsck", "--repair");
        repaired.ExitCode.ShouldBe(ExitCodes.Success);
        repaired.Findings.Count(finding => finding["repaired"]!.GetValue<bool>()).ShouldBe(3);
        (await _bed.CheckAsync("fsck", "--deep")).ShouldBeClean();

        // A start sweeps the boot that wrote them.
        await _bed.ServeAsync(client => client.ListBucketsAsync(Token));
        _bed.BlobFiles().Length.ShouldBe(3);
        (await _bed.CheckAsync("fsck", "--deep")).ShouldBeClean();
    }

    [Fact]
    public async Task An_orphan_of_an_earlier_boot_is_litter_and_repaired()
    {
        var kept = await _bed.ServeOneObjectAsync();
        var orphan = await _bed.AddOrphanAsync(boot: 1);
        var found = await _bed.CheckAsync("fsck");
        found.ShouldFind("blob-orphan", blob: CheckBed.BlobOf(orphan))["damage"]!.GetValue<bool>().ShouldBeFalse();
        found.Summary["orphans"]!.GetValue<int>().ShouldBe(1);
        File.Exists(orphan).ShouldBeTrue();
        (await _bed.CheckAsync("fsck", "--repair")).ShouldFind("blob-orphan", blob: CheckBed.BlobOf(orphan))["repaired"]!.GetValue<bool>().ShouldBeTrue();
        _bed.BlobFiles().ShouldBe([kept]);
        (await _bed.CheckAsync("fsck")).ShouldBeClean();
    }

    [Fact]
    public async Task An_orphan_of_an_unknown_or_swept_boot_is_kept()
    {
        await _bed.ServeOneObjectAsync();
        await _bed.ServeAsync(async client =>
        {
            // The second start sweeps the first boot.
            await client.ListBucketsAsync(Token);
        });
        _bed.ExecuteSql("UPDATE boots SET swept = 1 WHERE boot = 1");
        string[] orphans = [await _bed.AddOrphanAsync(boot: 1), await _bed.AddOrphanAsync(boot: 77)];
        var repaired = await _bed.CheckAsync("fsck", "--repair");
        repaired.ExitCode.ShouldBe(ExitCodes.Success);
        repaired.Kinds.ShouldBe(["blob-orphan", "blob-orphan"]);
        repaired.Findings.ShouldAllBe(finding => finding["detail"]!.GetValue<string>().Contains("kept", StringComparison.Ordinal));
        orphans.ShouldAllBe(orphan => File.Exists(orphan));
    }

    [Fact]
    public async Task What_restored_metadata_does_not_name_is_kept()
    {
        await _bed.ServeOneObjectAsync("before");
        var backup = await File.ReadAllBytesAsync(_bed.Database, Token);
        await _bed.ServeAsync(client => CheckBed.PutAsync(client, "after", seed: 2));
        await File.WriteAllBytesAsync(_bed.Database, backup, Token);
        var files = _bed.BlobFiles();
        files.Length.ShouldBe(2);
        var repaired = await _bed.CheckAsync("fsck", "--repair");
        repaired.ShouldFind("blob-orphan", blob: CheckBed.BlobOf(files[1]))["detail"]!.GetValue<string>().ShouldContain("older than the storage root");
        _bed.BlobFiles().ShouldBe(files);
    }

    [Fact]
    public async Task A_lost_record_is_found_by_what_still_belongs_to_it_and_costs_no_blob()
    {
        var file = await _bed.ServeOneObjectAsync();
        var orphan = await _bed.AddOrphanAsync(boot: 1);
        _bed.ExecuteSql("DELETE FROM objects");
        var repaired = await _bed.CheckAsync("fsck", "--repair");
        repaired.Kinds.ShouldBe(["counters-wrong", "owner-stray", "blob-orphan"]);
        repaired.Findings[1]["key"]!.GetValue<string>().ShouldBe("a");
        repaired.ExitCode.ShouldBe(ExitCodes.DamageFound);

        // Where records were lost, what no row names may be all that is left.
        _bed.BlobFiles().ShouldBe([file, orphan], ignoreOrder: true);
    }

    [Theory]
    [InlineData("DELETE FROM parts WHERE part_number = 1", "part-missing", "owner-stray")]
    [InlineData("DELETE FROM manifests", "record-inconsistent", "part-stray", "part-stray")]
    [InlineData("DELETE FROM objects", "counters-wrong", "part-stray", "part-stray")]
    [InlineData("DELETE FROM buckets", "part-stray", "part-stray")]
    [InlineData("UPDATE blob_owners SET part_number = 3 - part_number", "owner-wrong", "owner-wrong")]
    public async Task Lost_or_changed_rows_of_a_multipart_object_are_found(string sql, params string[] kinds)
    {
        await _bed.ServeAsync(client => CheckBed.PutPartsAsync(client, "a", 2, listed: [1, 2]));
        _bed.ExecuteSql(sql);
        var found = await _bed.CheckAsync("fsck");
        found.ExitCode.ShouldBe(ExitCodes.DamageFound);
        found.Kinds.Order(StringComparer.Ordinal).ShouldBe(kinds.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_object_of_no_bucket_and_an_owner_row_of_another_object_are_found()
    {
        await _bed.ServeAsync(async client =>
        {
            await CheckBed.PutAsync(client, "a");
            await CheckBed.PutAsync(client, "b", seed: 2);
        });
        _bed.ExecuteSql("UPDATE blob_owners SET key = CAST('b' AS BLOB) WHERE key = CAST('a' AS BLOB)");
        (await _bed.CheckAsync("fsck")).ShouldFind("owner-wrong", "a", CheckBed.BlobOf(_bed.BlobFiles()[0]));
        _bed.ExecuteSql("UPDATE blob_owners SET key = CAST('a' AS BLOB) WHERE substr(blob_id, 16) = x'01'; DELETE FROM buckets;");
        (await _bed.CheckAsync("fsck")).Kinds.ShouldBe(["bucket-missing", "bucket-missing"]);
    }

    [Fact]
    public async Task Sound_bytes_under_the_wrong_record_are_found_by_their_checksums_alone()
    {
        await _bed.ServeAsync(client => CheckBed.PutAsync(client, "a"));
        await using (var store = new SqliteMetadataStore(new SqliteMetadataOptions { Path = _bed.Data, ReserveBytes = 0 }))
        {
            var bucket = (await store.FindBucketAsync(CheckBed.Bucket, Token)).ShouldNotBeNull();
            var record = (await store.FindObjectAsync(bucket.BucketId, "a", Token)).ShouldNotBeNull();
            var put = new PutObject
            {
                Time = TimeProvider.System.GetUtcNow(),
                Bucket = CheckBed.Bucket,
                BucketId = bucket.BucketId,
                Object = record with { Key = "wrong", ETag = new string('0', 32) },
            };
            (await store.ExecuteAsync(put, Token)).IsDone.ShouldBeTrue();
        }

        (await _bed.CheckAsync("scrub")).ShouldBeClean();
        (await _bed.CheckAsync("scrub", "--checksums")).ShouldFind("content-wrong", "wrong", CheckBed.BlobOf(_bed.BlobFiles()[0]))
            ["detail"]!.GetValue<string>().ShouldContain("MD5");
    }

    [Fact]
    public async Task Part_rows_out_of_order_end_the_check_instead_of_turning_it_in_a_circle()
    {
        await _bed.ServeAsync(client => CheckBed.PutPartsAsync(client, "a", 2, listed: [1, 2]));
        _bed.ExecuteSql("UPDATE parts SET part_number = 9 WHERE part_number = 2");
        var found = await _bed.CheckAsync("fsck");
        found.ExitCode.ShouldBe(ExitCodes.DamageFound);
        found.Summary["state"]!.GetValue<string>().ShouldBe("failed");
        found.Summary["failure"]!.GetValue<string>().ShouldContain("not in the order");
    }

    [Fact]
    public async Task A_database_that_cannot_be_read_is_damage_and_no_crash()
    {
        await _bed.ServeAsync(async client =>
        {
            for (var i = 0; i < 50; i++)
            {
                await CheckBed.PutAsync(client, $"key-{i}", length: 10);
            }
        });
        _bed.ExecuteSql("UPDATE objects SET record = x'0102'");
        var (exitCode, output, errors) = await _bed.RunAsync("fsck");
        exitCode.ShouldBe(ExitCodes.DamageFound);
        output.ShouldContain("fsck: The metadata cannot be read any further");
        errors.ShouldBeEmpty();
    }
}
