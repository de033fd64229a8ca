using System.Diagnostics;
using System.Globalization;

namespace BleepStore.Tests.Clients;

/// <summary>
/// The main promise, seen through the client that most people use: <c>aws s3 sync</c> of a real tree up and down is byte-identical.
/// 200 files and 60 MiB; 2,000 files and 1 GiB with <c>BLEEPSTORE_LONG=1</c>.
/// </summary>
public sealed class LargeSyncTests(ITestOutputHelper output)
{
    private const int Seed = 7;

    [Fact]
    [Trait("Length", "long with BLEEPSTORE_LONG=1")]
    public async Task A_tree_that_the_AWS_CLI_syncs_up_and_down_comes_back_byte_for_byte()
    {
        var isLong = Environment.GetEnvironmentVariable("BLEEPSTORE_LONG") == "1";
        var (files, bytes) = isLong ? (2_000, 1L << 30) : (200, 60L << 20);
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var run = await ClientRun.StartAsync(ClientTable.Clients.Single(client => client.Name == "aws"), cancellationToken);
        TestTree.CreateLarge(run.Tree, files, bytes, Seed);
        output.WriteLine($"{files} files, {bytes} bytes, seed {Seed}");

        ClientStep[] steps =
        [
            new("aws", "make a bucket", "s3 mb s3://$BUCKET"),
            new("aws", "sync up", "s3 sync --only-show-errors \"$TREE\" s3://$BUCKET/"),
            new("aws", "list", $"equal {files} \"$(s3 ls --recursive s3://$BUCKET/ | wc -l)\""),
            new("aws", "sync down", "s3 sync --only-show-errors s3://$BUCKET/ down"),
            new("aws", "compare", "same_tree \"$TREE\" down"),
            new("aws", "sync again", "equal '' \"$(s3 sync s3://$BUCKET/ down)\""),
        ];
        foreach (var step in steps)
        {
            var started = Stopwatch.GetTimestamp();
            await run.RunAsync(step, TimeSpan.FromMinutes(15), cancellationToken);
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds,7:F1} s  {step.Name}"));
        }
    }
}
