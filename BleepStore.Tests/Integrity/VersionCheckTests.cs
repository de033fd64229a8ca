using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;
using BleepStore.Api.CommandLine;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Integrity;

/// <summary>Noncurrent versions are checked as the current ones are: their bytes, their owner rows, their counters and their order.</summary>
public sealed class VersionCheckTests : IDisposable
{
    private readonly CheckBed _bed = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task After_any_work_with_versions_a_store_is_clean()
    {
        var seed = Seeds.Of("BLEEPSTORE_SEED", 20261126);
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        await _bed.ServeAsync(async client =>
        {
            await EnableAsync(client);
            await CheckBed.PutPartsAsync(client, "key-0", 2, listed: [1, 2]);
            await CheckBed.PutPartsAsync(client, "key-1", 3, listed: [1, 3]);
            for (var i = 0; i < 200; i++)
            {
                var key = string.Create(CultureInfo.InvariantCulture, $"key-{random.Next(10)}");
                switch (random.Next(6))
                {
                    case 0:
                        await client.DeleteObjectAsync(CheckBed.Bucket, key, Token);
                        break;
                    case 1 or 2 when (await client.ListVersionsAsync(new ListVersionsRequest { BucketName = CheckBed.Bucket, Prefix = key }, Token)).Versions is { Count: > 0 } some:
                        await client.DeleteObjectAsync(CheckBed.Bucket, some[0].Key, some[random.Next(some.Count)].VersionId, Token);
                        break;
                    default:
                        await CheckBed.PutAsync(client, key, i, random.Next(3) switch { 0 => 0, 1 => random.Next(5000), _ => random.Next(300_000) });
                        break;
                }
            }
        });
        (await _bed.CheckAsync("fsck", "--deep")).ShouldBeClean();
        (await _bed.CheckAsync("scrub", "--checksums")).ShouldBeClean();
        (await _bed.CheckAsync("fsck", "--repair")).ShouldBeClean();
    }

    [Fact]
    public async Task A_damaged_old_version_is_found_by_its_version_id()
    {
        var id = await ServeTwoVersionsAsync();
        CheckBed.FlipBit(_bed.BlobFiles()[0], 5000);
        foreach (var command in new[] { "scrub", "fsck --deep" })
        {
            var words = command.Split(' ');
            var finding = (await _bed.CheckAsync(words[0], words[1..])).ShouldFind("blob-damaged", "key", CheckBed.BlobOf(_bed.BlobFiles()[0]));
            finding["version_id"]!.GetValue<string>().ShouldBe(id);
        }
    }

    [Fact]
    public async Task A_lost_owner_row_of_an_old_version_is_restored()
    {
        await ServeTwoVersionsAsync();
        _bed.ExecuteSql("DELETE FROM blob_owners");
        (await _bed.CheckAsync("fsck", "--repair")).Kinds.ShouldBe(["owner-missing", "owner-missing"]);
        await _bed.ServeAsync(client => client.ListBucketsAsync(Token));
        (await _bed.CheckAsync("fsck", "--deep")).ShouldBeClean();
        _bed.BlobFiles().Length.ShouldBe(2);
    }

    [Fact]
    public async Task The_bytes_of_old_versions_count()
    {
        await ServeTwoVersionsAsync();
        _bed.ExecuteSql(string.Create(CultureInfo.InvariantCulture, $"UPDATE bucket_counters SET bytes = bytes - {CheckBed.BlobBytes}"));
        (await _bed.CheckAsync("fsck")).ShouldFind("counters-wrong");
        (await _bed.CheckAsync("fsck", "--repair")).ExitCode.ShouldBe(ExitCodes.Success);
        (await _bed.CheckAsync("fsck")).ShouldBeClean();
    }

    [Fact]
    public async Task A_newest_version_that_is_not_the_current_object_is_found()
    {
        var id = await ServeTwoVersionsAsync();
        _bed.ExecuteSql("DELETE FROM objects");
        var found = await _bed.CheckAsync("fsck");
        found.ExitCode.ShouldBe(ExitCodes.DamageFound);
        var finding = found.Findings.Single(some => some["kind"]!.GetValue<string>() == "record-inconsistent");
        (finding["key"]!.GetValue<string>(), finding["version_id"]!.GetValue<string>()).ShouldBe(("key", id));
    }

    [Fact]
    public async Task A_version_that_is_newer_than_the_current_object_is_found()
    {
        var id = await ServeTwoVersionsAsync();
        var newest = "";
        await _bed.ServeAsync(async client => newest = (await client.GetObjectMetadataAsync(CheckBed.Bucket, "key", Token)).VersionId);

        // The rows change places.
        _bed.ExecuteSql(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            CREATE TEMP TABLE old AS SELECT record FROM versions;
            UPDATE versions SET record = (SELECT record FROM objects), "order" = {VersionIds.FindOrder(newest)}, version_id = '{newest}';
            UPDATE objects SET record = (SELECT record FROM old);
            """));
        var found = await _bed.CheckAsync("fsck");
        found.ExitCode.ShouldBe(ExitCodes.DamageFound);
        var finding = found.ShouldFind("record-inconsistent", "key");
        finding["version_id"]!.GetValue<string>().ShouldBe(newest);
        finding["detail"]!.GetValue<string>().ShouldContain(id);
    }

    private async Task<string> ServeTwoVersionsAsync()
    {
        var id = "";
        await _bed.ServeAsync(async client =>
        {
            await EnableAsync(client);
            await CheckBed.PutAsync(client, "key");
            id = (await client.GetObjectMetadataAsync(CheckBed.Bucket, "key", Token)).VersionId;
            await CheckBed.PutAsync(client, "key", seed: 2);
        });
        return id;
    }

    private static async Task EnableAsync(AmazonS3Client client)
        => await client.PutBucketVersioningAsync(
            new PutBucketVersioningRequest { BucketName = CheckBed.Bucket, VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Enabled } }, Token);
}
