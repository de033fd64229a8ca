using System.Globalization;
using BleepStore.Api.CommandLine;
using BleepStore.Tests.Processes;
using BleepStore.Tests.Storage;

namespace BleepStore.Tests.Faults;

/// <summary>One process holds a store, metadata and bytes belong together, and older metadata never costs bytes.</summary>
public sealed class OneStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("metadata", "objects")]
    [InlineData("metadata", "objects-2")]
    [InlineData("metadata-2", "objects")]
    public async Task A_second_process_on_a_store_ends_and_names_the_holder(string metadata, string objects)
    {
        using var directory = new TemporaryDirectory();
        await using var bed = await FaultBed.StartAsync(directory.Path, new Dictionary<string, string?>(), Token);
        (await bed.TryPutAsync("key", 70_000, Token)).ShouldBeTrue();
        for (var attempt = 0; attempt < 2; attempt++)
        {
            await RefusedAsync(
                Path.Combine(directory.Path, metadata), Path.Combine(directory.Path, objects), bed.Server.Id.ToString(CultureInfo.InvariantCulture));
        }

        (await bed.TryPutAsync("key-2", 70_000, Token)).ShouldBeTrue();
        await bed.VerifyAsync(Token);
    }

    [Fact]
    public async Task A_storage_root_of_another_store_is_refused_and_left_as_it_is()
    {
        using var one = new TemporaryDirectory();
        using var other = new TemporaryDirectory();
        await using var bed = await FaultBed.StartAsync(one.Path, new Dictionary<string, string?>(), Token);
        (await bed.TryPutAsync("key", 70_000, Token)).ShouldBeTrue();
        await bed.Server.KillAsync(Token);
        await using (var second = await FaultBed.StartAsync(other.Path, new Dictionary<string, string?>(), Token))
        {
            await second.Server.KillAsync(Token);
        }

        var identity = await File.ReadAllTextAsync(Path.Combine(bed.Objects, "store.json"), Token);
        await RefusedAsync(Path.Combine(other.Path, "metadata"), bed.Objects, "belongs to store");

        (await File.ReadAllTextAsync(Path.Combine(bed.Objects, "store.json"), Token)).ShouldBe(identity);
        await bed.RestartAsync(Token);
        await bed.VerifyAsync(Token);
    }

    [Fact]
    public async Task Restored_metadata_starts_says_so_and_no_start_after_it_sweeps_what_it_does_not_know()
    {
        using var directory = new TemporaryDirectory();
        await using var bed = await FaultBed.StartAsync(directory.Path, new Dictionary<string, string?>(), Token);
        (await bed.TryPutAsync("old", 300_000, Token)).ShouldBeTrue();
        await bed.Server.KillAsync(Token);
        var metadata = Path.GetDirectoryName(bed.MetadataPath)!;
        var backup = Directory.CreateDirectory(Path.Combine(directory.Path, "backup")).FullName;
        Copy(metadata, backup);
        await bed.RestartAsync(Token);
        // Of the boot that the backup knows, and of one that it does not.
        (await bed.Client.PutAsync("new", FaultBed.BodyOf("new", 300_000), Token)).Expect(System.Net.HttpStatusCode.OK);
        await bed.Server.KillAsync(Token);
        await bed.RestartAsync(Token);
        (await bed.Client.PutAsync("newer", FaultBed.BodyOf("newer", 300_000), Token)).Expect(System.Net.HttpStatusCode.OK);
        await bed.Server.KillAsync(Token);
        var blobs = BlobsOf(bed);
        blobs.Count.ShouldBe(3);

        Directory.Delete(metadata, recursive: true);
        Copy(backup, Directory.CreateDirectory(metadata).FullName);
        await bed.RestartAsync(Token);
        await LogsAsync(bed.Server, "Nothing is swept");
        await bed.VerifyAsync(Token);
        for (var start = 0; start < 2; start++)
        {
            await bed.Server.KillAsync(Token);
            var lines = bed.Server.Log.Lines.Count;
            await bed.RestartAsync(Token);
            await LogsAsync(bed.Server, "Swept ", lines);
            BlobsOf(bed).ShouldBe(blobs);
        }

        await bed.VerifyAsync(Token);
    }

    private static async Task RefusedAsync(string metadata, string objects, string names)
    {
        await using var server = ServerProcess.Launch(new ServerProcessOptions
        {
            Environment = new Dictionary<string, string?>
            {
                ["BLEEPSTORE__METADATA__SQLITE__PATH"] = Path.Combine(metadata, "metadata.db"),
                ["BLEEPSTORE__STORAGE__LOCAL__ROOT_DIR"] = objects,
                ["BLEEPSTORE__STORAGE__MIN_FREE"] = "0",
            },
        });
        (await server.WaitForExitAsync(Patience.Limit, Token)).ShouldBe(ExitCodes.StoreUnavailable);
        server.Log.StandardError.ShouldHaveSingleItem().ShouldContain(names);
    }

    private static List<string> BlobsOf(FaultBed bed)
        => [.. Directory.EnumerateFiles(bed.Objects, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file).Length == 32).Order(StringComparer.Ordinal)];

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    private static async Task LogsAsync(ServerProcess server, string text, int after = 0)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Patience.Limit);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!server.Log.Lines.Skip(after).Any(line => line.Contains(text, StringComparison.Ordinal)))
        {
            await poll.WaitForNextTickAsync(limit.Token);
        }
    }
}
