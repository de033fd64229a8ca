using System.Globalization;
using BleepStore.Tests.Crash.Recording;

namespace BleepStore.Tests.Crash;

/// <summary>
/// Loss of power while a root key is rotated, after lives that were killed in the middle of that: every secret that was told opens after the next
/// start. <c>BLEEPSTORE_CRASH_DISKS</c> and <c>BLEEPSTORE_SEED</c> as ever.
/// </summary>
public sealed class RootKeyCrashTests(RootKeyCrashTests.RotationsRecording rotations, ITestOutputHelper output) : IClassFixture<RootKeyCrashTests.RotationsRecording>
{
    private const int DisksPerLook = 50;
    private const int DisksPerMutant = 600;

    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("BLEEPSTORE_SEED") ?? "20261126", CultureInfo.InvariantCulture);

    // Of the first key alone other tests know.
    private static readonly Dictionary<string, Func<TraceSync, bool>> Mutants = new(StringComparer.Ordinal)
    {
        ["no sync of the next key"] = sync => IsNextKey(sync.Path),
        ["no sync of the directory of keys"] = sync => sync.IsDirectory && sync.Path == "keys",
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> MutantNames => [.. Mutants.Keys];

    [Fact]
    public void The_recorder_misses_no_change() => rotations.Bench.CheckEnd();

    [Fact]
    public async Task After_a_loss_of_power_in_a_rotation_every_secret_opens()
    {
        var disks = int.Parse(Environment.GetEnvironmentVariable("BLEEPSTORE_CRASH_DISKS") ?? "120", CultureInfo.InvariantCulture);
        output.WriteLine($"seed {Seed}, {disks} disks, {rotations.Bench.Recording.History.Secrets.Count} secrets; {rotations.Bench.Describe()}");
        var fault = await rotations.Bench.FindFaultAsync(rotations.Bench.Recording.Trace, from: 0, disks, Token);
        (fault is null ? "" : rotations.Bench.Keep(fault)).ShouldBeEmpty();
        output.WriteLine($"{disks} disks took {rotations.Bench.Elapsed.TotalSeconds:F1} s");
    }

    [Theory]
    [MemberData(nameof(MutantNames))]
    public async Task A_rotation_that_syncs_too_little_is_found_out(string mutant)
    {
        var whole = rotations.Bench.Recording.Trace;
        var first = whole.FindIndex(record => record.Operation == TraceOperation.Create && IsNextKey(record.Path));
        var trace = TraceMutants.WithoutSyncs(whole, sync => sync.Begin > first && Mutants[mutant](sync));
        CrashFault? fault = null;
        var looked = 0;
        for (; fault is null && looked < DisksPerMutant; looked += DisksPerLook)
        {
            fault = await rotations.Bench.FindFaultAsync(trace, looked, DisksPerLook, Token);
        }

        output.WriteLine($"within {looked} disks: {fault}");
        fault.ShouldNotBeNull($"{looked} disks of a server with {mutant} look as if nothing were wrong");
    }

    private static bool IsNextKey(string path) => path.StartsWith("keys/root.key.next", StringComparison.Ordinal);

    /// <summary>The recording that all of these tests look at.</summary>
    public sealed class RotationsRecording : IAsyncLifetime
    {
        internal CrashBench Bench { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Bench = await CrashBench.RecordRotationsAsync(Seed, TestContext.Current.CancellationToken);

        public ValueTask DisposeAsync()
        {
            Bench.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
