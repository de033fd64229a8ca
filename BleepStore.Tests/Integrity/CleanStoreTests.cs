using System.Globalization;
using BleepStore.Api.CommandLine;
using BleepStore.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace BleepStore.Tests.Integrity;

/// <summary>A check of a sound store finds nothing, changes nothing, and keeps its hands off a store that is in use.</summary>
public sealed class CleanStoreTests : IDisposable
{
    private readonly CheckBed _bed = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task After_any_work_a_store_is_clean()
    {
        var seed = Seeds.Of("BLEEPSTORE_SEED", 20261126);
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        await _bed.ServeAsync(async client =>
        {
            await CheckBed.PutPartsAsync(client, "whole", 2, listed: [1, 2]);
            await CheckBed.PutPartsAsync(client, "unlisted", 3, listed: [1, 3]);
            await CheckBed.PutPartsAsync(client, "replaced", 2, listed: [1, 2]);
            await CheckBed.PutPartsAsync(client, "open", 2);
            await client.CopyObjectAsync(CheckBed.Bucket, "whole", CheckBed.Bucket, "copy", Token);
            for (var i = 0; i < 300; i++)
            {
                var key = string.Create(CultureInfo.InvariantCulture, $"key-{random.Next(40)}");
                if (random.Next(4) == 0)
                {
                    await client.DeleteObjectAsync(CheckBed.Bucket, key, Token);
                }
                else
                {
                    await CheckBed.PutAsync(client, key, i, random.Next(3) switch { 0 => 0, 1 => random.Next(5000), _ => random.Next(300_000) });
                }
            }

            await CheckBed.PutAsync(client, "replaced");
        });
        (await _bed.CheckAsync("fsck")).ShouldBeClean();
        (await _bed.CheckAsync("fsck", "--deep")).ShouldBeClean();
        (await _bed.CheckAsync("scrub", "--checksums")).ShouldBeClean();
        (await _bed.CheckAsync("fsck", "--repair")).ShouldBeClean();
    }

    [Theory]
    [InlineData("fsck")]
    [InlineData("fsck --deep")]
    [InlineData("scrub --checksums")]
    public async Task A_check_changes_no_file(string command)
    {
        await _bed.ServeAsync(async client =>
        {
            await CheckBed.PutAsync(client, "a");
            await CheckBed.PutPartsAsync(client, "b", 2);
        });
        await _bed.AddOrphanAsync(boot: 1);
        await File.WriteAllTextAsync(Path.Combine(_bed.Objects, ".tmp", "half-written"), "x", Token);
        var before = _bed.Snapshot();
        var words = command.Split(' ');
        (await _bed.CheckAsync(words[0], words[1..])).ExitCode.ShouldBe(ExitCodes.Success);
        _bed.Snapshot().ShouldBe(before);
    }

    [Fact]
    public async Task A_store_whose_process_was_killed_is_read_with_its_journal_which_stays()
    {
        using var copy = new CheckBed();
        await _bed.ServeAsync(async client =>
        {
            await CheckBed.PutAsync(client, "a");
            // As a kill leaves it: no checkpoint, no farewell.
            CopyDirectory(_bed.Data, copy.Data);
        });
        File.Exists(copy.Database + "-wal").ShouldBeTrue();
        var before = copy.Snapshot();
        (await copy.CheckAsync("fsck")).ShouldBeClean();
        var scrubbed = await copy.CheckAsync("scrub");
        scrubbed.ShouldBeClean();
        scrubbed.Summary["records"]!.GetValue<int>().ShouldBe(1);
        copy.Snapshot().ShouldBe(before);
    }

    [Theory]
    [InlineData("fsck")]
    [InlineData("fsck", "--repair")]
    [InlineData("scrub")]
    public async Task A_store_in_use_is_refused_with_who_has_it_and_what_to_do(string command, params string[] arguments)
    {
        await using var server = await _bed.StartAsync();
        var (exitCode, output, errors) = await _bed.RunAsync(command, arguments);
        exitCode.ShouldBe(ExitCodes.StoreUnavailable);
        output.ShouldBeEmpty();
        var line = errors.TrimEnd().Split('\n').ShouldHaveSingleItem();
        line.ShouldContain(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        line.ShouldContain("/admin/fsck");
    }

    [Theory]
    [InlineData("fsck")]
    [InlineData("fsck", "--repair")]
    public async Task Where_no_store_is_none_is_made(string command, params string[] arguments)
    {
        var (exitCode, _, errors) = await _bed.RunAsync(command, arguments);
        exitCode.ShouldBe(ExitCodes.StoreUnavailable);
        errors.ShouldContain("There is no store");
        Directory.Exists(_bed.Data).ShouldBeFalse();
    }

    [Theory]
    [InlineData("scrub", "--rate", "fast", "bleepstore: --rate = fast: must be a number of bytes a second")]
    [InlineData("fsck", "--config", "/nowhere.yaml", "bleepstore: --config = /nowhere.yaml: there is no such file.")]
    [InlineData("fsck", "--rapair", "", "bleepstore: ")]
    public async Task A_wrong_command_line_is_one_line_and_ends_with_2(string command, string option, string value, string line)
    {
        var (exitCode, _, errors) = await _bed.RunAsync(command, value.Length > 0 ? [option, value] : [option]);
        exitCode.ShouldBe(ExitCodes.Usage);
        errors.TrimEnd().Split('\n').ShouldHaveSingleItem().ShouldStartWith(line);
    }

    private static void CopyDirectory(string from, string to)
    {
        foreach (var directory in Directory.GetDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, directory)));
        }

        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) is not ("lock" or "store.lock" or "reserve")))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }
    }
}

/// <summary>Shortcuts to what a server under test is made of.</summary>
internal static class ServerParts
{
    public static async Task<(long Objects, long Bytes)> CountAsync(this IServiceProvider services)
    {
        var counters = await services.GetRequiredService<IMetadataStore>().CountAllAsync(TestContext.Current.CancellationToken);
        return (counters.Objects, counters.Bytes);
    }
}
