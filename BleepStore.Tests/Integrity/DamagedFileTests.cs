using BleepStore.Api.CommandLine;
using BleepStore.Api.Configuration;
using BleepStore.Api.Hosting;
using BleepStore.Storage.FileSystem;
using BleepStore.Storage.Local;
using BleepStore.Storage.Local.Packs;

namespace BleepStore.Tests.Integrity;

/// <summary>Files of blobs that rotted, were cut or lost: both checks say whose they are, and nothing else.</summary>
public sealed class DamagedFileTests : IDisposable
{
    private const int Frame = 64 * 1024;
    private const int Frames = 6;

    private readonly CheckBed _bed = new();

    /// <summary>A place in each region of a blob's file: from its start, or negative from its end.</summary>
    public static TheoryData<string, long> Regions => new()
    {
        { "first frame", 0 },
        { "a frame between", (2 * Frame) + 5 },
        { "last byte of the data", CheckBed.BlobBytes - 1 },
        { "checksum of a frame", CheckBed.BlobBytes + 1 },
        { "checksum of the checksums", CheckBed.BlobBytes + (4 * Frames) },
        { "magic of the header", -64 },
        { "layout in the header", -64 + 9 },
        { "blob id in the header", -64 + 16 },
        { "length in the header", -64 + 33 },
        { "zeros of the header", -64 + 50 },
        { "checksum of the header", -1 },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    [Theory]
    [MemberData(nameof(Regions))]
    public async Task A_flipped_bit_is_found_by_scrub_and_by_a_deep_fsck(string region, long position)
    {
        var file = await _bed.ServeOneObjectAsync();
        CheckBed.FlipBit(file, position);
        foreach (var outcome in new[] { await _bed.CheckAsync("scrub"), await _bed.CheckAsync("fsck", "--deep") })
        {
            var finding = outcome.ShouldFind("blob-damaged", "a", CheckBed.BlobOf(file));
            finding["bucket"]!.GetValue<string>().ShouldBe(CheckBed.Bucket, region);
        }

        CheckBed.FlipBit(file, position);
        (await _bed.CheckAsync("scrub")).ShouldBeClean();
        (await _bed.CheckAsync("fsck", "--deep")).ShouldBeClean();
    }

    [Fact]
    public async Task Damage_of_a_blob_in_a_pack_is_found_and_looking_writes_nothing()
    {
        await _bed.ServeAsync(async client =>
        {
            await CheckBed.PutAsync(client, "a", seed: 1, length: 70_000);
            await CheckBed.PutAsync(client, "b", seed: 2, length: 70_000);
        });
        _bed.BlobFiles().ShouldBeEmpty();
        var packs = Path.Combine(_bed.Objects, "packs");
        foreach (var table in Directory.GetFiles(packs, "*.idx"))
        {
            // It is derived: a check reads the pack and does not make it anew.
            File.Delete(table);
        }

        (await _bed.CheckAsync("fsck", "--deep")).ShouldBeClean();
        Directory.GetFiles(packs, "*.idx").ShouldBeEmpty();
        CheckBed.FlipBit(Directory.GetFiles(packs).ShouldHaveSingleItem(), 30_000);
        (await _bed.CheckAsync("scrub")).ShouldFind("blob-damaged", "a", "00000000000000010000000000000001");
        (await _bed.CheckAsync("fsck", "--deep")).ShouldFind("blob-damaged", "a", "00000000000000010000000000000001");
        (await _bed.CheckAsync("fsck", "--deep", "--repair")).ShouldFind("blob-damaged", "a", "00000000000000010000000000000001");
    }

    [Fact]
    public async Task A_repair_leaves_packs_alone_that_a_server_would_rewrite_or_remove()
    {
        await _bed.ServeAsync(async client =>
        {
            for (int i = 0; i < 12; i++)
            {
                await CheckBed.PutAsync(client, $"{i}", seed: i, length: 3000);
            }
        });
        var packs = Path.Combine(_bed.Objects, "packs");
        var root = StorageRoot.Open(new PhysicalFileSystem(), _bed.Objects);
        await using (var storage = new LocalObjectStorage(root, packs: PackOptions.Off))
        {
            await foreach (var blob in storage.ListAsync(Token).Skip(2))
            {
                await storage.DeleteAsync(blob, Token);
            }
        }

        await File.WriteAllBytesAsync(Path.Combine(packs, "0000000000000001.pack"), [], Token);
        var before = _bed.Snapshot(packs);
        (await _bed.CheckAsync("fsck", "--repair")).Kinds.ShouldAllBe(kind => kind == "blob-missing");
        _bed.Snapshot(packs).ShouldBe(before);

        // The upkeep of a server does both within milliseconds of its start.
        var options = ConfigurationLoader.Load(null, _bed.Environment, new Dictionary<string, SourcedValue>());
        await using var store = await StoreOpening.OpenForCheckAsync(options, mayRepair: true, Token);
        await Task.Delay(500, Token);
        _bed.Snapshot(packs).ShouldBe(before);
    }

    [Fact]
    public async Task A_table_that_cannot_be_opened_stops_no_check()
    {
        await _bed.ServeAsync(client => CheckBed.PutAsync(client, "a", length: 70_000));
        var table = Directory.GetFiles(Path.Combine(_bed.Objects, "packs"), "*.idx").ShouldHaveSingleItem();
        File.Delete(table);
        // Links are refused.
        File.CreateSymbolicLink(table, "/nowhere");
        (await _bed.CheckAsync("fsck", "--deep")).ShouldBeClean();
        (await _bed.CheckAsync("fsck", "--repair")).ShouldBeClean();
    }

    [Theory]
    [InlineData(0L)]
    [InlineData((long)CheckBed.BlobBytes)]
    [InlineData(-1L)]
    [InlineData(+1L)]
    public async Task A_cut_or_lengthened_file_is_found_by_both(long change)
    {
        var file = await _bed.ServeOneObjectAsync();
        using (var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite))
        {
            stream.SetLength(change is 0 or CheckBed.BlobBytes ? change : stream.Length + change);
        }

        (await _bed.CheckAsync("scrub")).ShouldFind("blob-damaged", "a", CheckBed.BlobOf(file));
        (await _bed.CheckAsync("fsck")).ShouldFind("blob-damaged", "a", CheckBed.BlobOf(file));
    }

    [Fact]
    public async Task A_lost_file_is_missed_by_both_and_never_repaired_away()
    {
        var file = await _bed.ServeOneObjectAsync();
        File.Delete(file);
        (await _bed.CheckAsync("scrub")).ShouldFind("blob-missing", "a", CheckBed.BlobOf(file));
        (await _bed.CheckAsync("fsck")).ShouldFind("blob-missing", "a", CheckBed.BlobOf(file));
        (await _bed.CheckAsync("fsck", "--repair")).ShouldFind("blob-missing", "a", CheckBed.BlobOf(file));
        (await _bed.CheckAsync("fsck")).ShouldFind("blob-missing", "a", CheckBed.BlobOf(file));
    }

    [Fact]
    public async Task A_file_that_may_not_be_read_is_no_crash()
    {
        var file = await _bed.ServeOneObjectAsync();
        File.Delete(file);
        Directory.CreateDirectory(file);
        (await _bed.CheckAsync("scrub")).ShouldFind("blob-unreadable", "a", CheckBed.BlobOf(file));
        (await _bed.CheckAsync("fsck")).ShouldFind("blob-unreadable", "a", CheckBed.BlobOf(file));
    }

    [Fact]
    public async Task Parts_are_named_by_object_upload_and_number()
    {
        await _bed.ServeAsync(async client =>
        {
            await CheckBed.PutPartsAsync(client, "whole", 2, listed: [1, 2]);
            await CheckBed.PutPartsAsync(client, "open", 1);
        });
        var files = _bed.BlobFiles();
        CheckBed.FlipBit(files[1], 3);
        CheckBed.FlipBit(files[2], 3);
        foreach (var outcome in new[] { await _bed.CheckAsync("scrub"), await _bed.CheckAsync("fsck") })
        {
            outcome.ExitCode.ShouldBe(ExitCodes.DamageFound);
            outcome.Findings
                .Select(finding => (finding["key"]!.GetValue<string>(), finding["part_number"]!.GetValue<int>(), finding["blob"]!.GetValue<string>()))
                .ShouldBe([("whole", 2, CheckBed.BlobOf(files[1])), ("open", 1, CheckBed.BlobOf(files[2]))], ignoreOrder: true);
            outcome.Findings.ShouldAllBe(finding => finding["upload_id"]!.GetValue<string>().Length > 0);
        }
    }

    [Fact]
    public async Task A_finding_and_a_summary_are_one_line_of_json_each()
    {
        var file = await _bed.ServeOneObjectAsync("two\nlines \"é\"");
        CheckBed.FlipBit(file, 70_000);
        var (exitCode, output, errors) = await _bed.RunAsync("scrub", "--json");
        exitCode.ShouldBe(ExitCodes.DamageFound);
        errors.ShouldBeEmpty();
        output.ReplaceLineEndings("\n").ShouldBe(
            """
            {"type":"finding","kind":"blob-damaged","damage":true,"repaired":false,"bucket":"photos","key":"two\nlines \u0022\u00E9\u0022","version_id":"null","blob":"00000000000000010000000000000001","detail":"the 65536 bytes from 65536 fail their checksum"}
            {"type":"summary","check":"scrub","state":"done","records":1,"blobs":1,"bytes_read":0,"damaged":1,"repaired":0,"orphans":0,"skipped":0}

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task People_get_one_line_for_each_finding_and_a_verdict()
    {
        var file = await _bed.ServeOneObjectAsync("two\nlines");
        File.Delete(file);
        var (exitCode, output, errors) = await _bed.RunAsync("fsck");
        exitCode.ShouldBe(ExitCodes.DamageFound);
        errors.ShouldBeEmpty();
        output.ReplaceLineEndings("\n").ShouldBe(
            $"""
            blob-missing: photos/two\u000Alines, blob {CheckBed.BlobOf(file)}: it is absent
            fsck: 1 objects and parts, 0 B read: 1 damaged

            """.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("fsck")]
    [InlineData("scrub")]
    public async Task A_check_without_the_root_key_says_what_it_cannot_see(string command)
    {
        await _bed.ServeOneObjectAsync();
        var whole = await _bed.CheckAsync(command);
        whole.Summary.ContainsKey("limitation").ShouldBeFalse();
        File.Delete(Path.Combine(_bed.Data, "root.key"));

        var limited = await _bed.CheckAsync(command);
        limited.ShouldBeClean();
        limited.Summary["limitation"]!.GetValue<string>().ShouldBe("without the root key, encrypted objects are checked by their checksums alone");
        var (_, output, _) = await _bed.RunAsync(command);
        output.Split('\n')[0].ShouldBe($"{command}: without the root key, encrypted objects are checked by their checksums alone");
    }
}
