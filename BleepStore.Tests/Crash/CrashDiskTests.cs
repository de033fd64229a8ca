using System.Globalization;
using BleepStore.Metadata.Records;
using BleepStore.Tests.Crash.Recording;

namespace BleepStore.Tests.Crash;

/// <summary>
/// Loss of power, which unlike a kill takes what no sync made durable. <c>BLEEPSTORE_CRASH_DISKS</c> sets how many disks are made of recordings of a
/// real server, <c>BLEEPSTORE_SEED</c> the seed; a disk that fails is kept with its recording.
/// </summary>
public sealed class CrashDiskTests(CrashDiskTests.FirstRecording first, ITestOutputHelper output) : IClassFixture<CrashDiskTests.FirstRecording>
{
    private const int DisksPerRecording = 1000;
    private const int DisksPerRecovery = 40;
    private const int DisksPerLook = 25;
    private const int DisksPerMutant = 500;

    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("BLEEPSTORE_SEED") ?? "20261125", CultureInfo.InvariantCulture);

    private static readonly Dictionary<string, Func<List<TraceRecord>, List<TraceRecord>>> Mutants = new(StringComparer.Ordinal)
    {
        ["synchronous=NORMAL"] = TraceMutants.SynchronousNormal,
        ["no sync of a directory"] = trace => TraceMutants.WithoutSyncs(trace, sync => sync.IsDirectory && IsOfBlobs(sync.Path)),
        ["no sync of a blob's file"] = trace => TraceMutants.WithoutSyncs(trace, sync => !sync.IsDirectory && IsOfBlobs(sync.Path) && !IsPack(sync.Path)),
        ["no sync of a pack"] = trace => TraceMutants.WithoutSyncs(trace, sync => !sync.IsDirectory && IsPack(sync.Path)),
        ["command before blob"] = trace => TraceMutants.CommandBeforeBlob(trace, IsOfBlobs),
        ["deletes not synced"] = trace => TraceMutants.WithoutSyncsOfDeletes(trace, IsOfBlobs),
        ["no sync of the storage root's identity"] = trace => TraceMutants.WithoutSyncs(trace, sync => sync.Path.Contains("store.json", StringComparison.Ordinal)),
        ["no sync of the root key"] = trace => TraceMutants.WithoutSyncs(trace, sync => sync.Path.Contains("root.key", StringComparison.Ordinal)),
    };

    private static readonly Dictionary<string, Func<BucketVersions, BucketVersions>> Differences = new(StringComparer.Ordinal)
    {
        ["a version that is missing"] = state => state.Put(new KnownVersion("key-0", "id", "more", Tag: null, ObjectLock.None)).WithId("id"),
        ["a version that was removed"] = state => state.Without(state.Versions.Take(1)),
        ["other bytes"] = state => Each(state, version => version.IsMarker ? version : version with { Content = "other" }),
        ["objects for delete markers"] = state => Each(state, version => version with { Content = version.Content ?? "object" }),
        ["another version id"] = state => Each(state, version => version with { Id = "other" }),
        ["another order"] = state => state with { Versions = [.. state.Versions.AsEnumerable().Reverse()] },
        ["another tag"] = state => Each(state, version => version with { Tag = "other" }),
        ["another lock"] = state => Each(state, version => version with { Lock = version.Lock with { Mode = RetentionMode.Compliance } }),
        ["another state of versioning"] = state => state with { Versioning = VersioningState.Unversioned },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> MutantNames => [.. Mutants.Keys];

    public static TheoryData<string> DifferenceNames => [.. Differences.Keys];

    [Fact]
    public void Every_kind_of_change_of_versions_is_recorded()
    {
        var answered = first.Bench.Recording.History.Versions.Where(change => change.Answered is not null).ToList();
        var states = answered.Select(change => change.After).ToList();
        var versions = states.SelectMany(state => state.Versions).ToList();
        states.ShouldContain(state => state.Versioning == VersioningState.Unversioned && state.Versions.Count > 0);
        states.ShouldContain(state => state.Versioning == VersioningState.Suspended && state.Versions.Any(version => version.Id == ObjectRecord.NullVersion && version.IsMarker));
        states.ShouldContain(state => state.Versioning == VersioningState.Suspended && state.Versions.Any(version => version.Id == ObjectRecord.NullVersion && !version.IsMarker));
        answered.Zip(answered.Skip(1)).ShouldContain(
            pair => pair.First.Bucket == pair.Second.Bucket && pair.Second.After.Versions.Count < pair.First.After.Versions.Count, "a version was removed");
        versions.ShouldContain(version => version.IsMarker && version.Id != ObjectRecord.NullVersion);
        versions.ShouldContain(version => version.Tag != null);
        versions.ShouldContain(version => version.Lock.LegalHold == LegalHold.On);
        versions.ShouldContain(version => version.Lock.Mode == RetentionMode.Governance);
    }

    [Fact]
    public Task Buckets_with_versions_are_as_clients_were_told()
        => first.Bench.CheckAsync(first.Bench.Recording.History, first.Bench.Recording.Trace[^1].End, Token);

    [Theory]
    [MemberData(nameof(DifferenceNames))]
    public async Task A_bucket_with_versions_that_is_not_as_clients_were_told_is_found_out(string difference)
    {
        var history = first.Bench.Recording.History;
        foreach (var bucket in history.Versions.Select(change => change.Bucket).Distinct(StringComparer.Ordinal))
        {
            var (told, moment) = history.FindFalsehood(bucket, Differences[difference]).ShouldNotBeNull($"{bucket} was never in a state in which that shows");
            var check = () => first.Bench.CheckAsync(told, moment, Token);
            (await Should.ThrowAsync<InvalidOperationException>(check)).Message.ShouldStartWith($"Bucket {bucket} is ");
        }
    }

    [Fact]
    public void The_recorder_misses_no_change() => first.Bench.CheckEnd();

    [Fact]
    public async Task After_a_loss_of_power_everything_acknowledged_is_whole_and_nothing_leaks()
    {
        var disks = int.Parse(Environment.GetEnvironmentVariable("BLEEPSTORE_CRASH_DISKS") ?? "300", CultureInfo.InvariantCulture);
        output.WriteLine($"seed {Seed}, {disks} disks");
        await CheckAsync(first.Bench, Math.Min(DisksPerRecording, disks));
        for (var done = DisksPerRecording; done < disks; done += DisksPerRecording)
        {
            using var bench = await CrashBench.RecordAsync(Seed + (done / DisksPerRecording), Token);
            await CheckAsync(bench, Math.Min(DisksPerRecording, disks - done));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_recovery_that_loses_power_too_is_done_again(int number)
        => (await first.Bench.FindFaultOfRecoveryAsync(number, DisksPerRecovery, Token)).ShouldBeNull();

    [Theory]
    [MemberData(nameof(MutantNames))]
    public async Task A_server_that_syncs_too_little_or_too_late_is_found_out(string mutant)
    {
        var trace = Mutants[mutant](first.Bench.Recording.Trace);
        CrashFault? fault = null;
        var looked = 0;
        for (; fault is null && looked < DisksPerMutant; looked += DisksPerLook)
        {
            fault = await first.Bench.FindFaultAsync(trace, looked, DisksPerLook, Token);
        }

        output.WriteLine($"within {looked} disks: {fault}");
        fault.ShouldNotBeNull($"{looked} disks of a server with {mutant} look as if nothing were wrong");
    }

    private async Task CheckAsync(CrashBench bench, int disks)
    {
        output.WriteLine(bench.Describe());
        var fault = await bench.FindFaultAsync(bench.Recording.Trace, from: 0, disks, Token);
        (fault is null ? "" : bench.Keep(fault)).ShouldBeEmpty();
        output.WriteLine($"{disks} disks took {bench.Elapsed.TotalSeconds:F1} s");
    }

    private static BucketVersions Each(BucketVersions state, Func<KnownVersion, KnownVersion> change) => state with { Versions = [.. state.Versions.Select(change)] };

    private static bool IsOfBlobs(string path) => path.StartsWith("objects/", StringComparison.Ordinal) && !path.Contains("store.", StringComparison.Ordinal);

    private static bool IsPack(string path) => path.EndsWith(".pack", StringComparison.Ordinal);

    /// <summary>The recording that all of these tests look at.</summary>
    public sealed class FirstRecording : IAsyncLifetime
    {
        internal CrashBench Bench { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Bench = await CrashBench.RecordAsync(Seed, TestContext.Current.CancellationToken);

        public ValueTask DisposeAsync()
        {
            Bench.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
