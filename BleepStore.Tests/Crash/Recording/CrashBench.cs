using System.Diagnostics;

namespace BleepStore.Tests.Crash.Recording;

/// <summary>A disk that is not as promised.</summary>
/// <param name="Point">Which one.</param>
/// <param name="Loss">What survived on it.</param>
/// <param name="Error">What is wrong.</param>
internal sealed record CrashFault(CrashPoint Point, PowerLoss Loss, Exception Error)
{
    public override string ToString() => $"disk {Point.Number}, power lost after record {Point.Record}, survived: {Loss}: {Error.Message}";
}

/// <summary>Makes disks of a recording, one after the other, and checks each.</summary>
internal sealed class CrashBench : IDisposable
{
    // Of so many disks one is started a second time: a recovery that was done can be done again.
    private const int StartsAgain = 4;

    private readonly string _directory;
    private readonly string _disks;
    private readonly int _seed;
    private readonly Stopwatch _elapsed = new();

    private CrashBench(string directory, ServerRecording recording, int seed)
    {
        _directory = directory;
        _seed = seed;
        Recording = recording;
        // In memory, where there is such a place: a disk is written once and read once.
        var memory = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        _disks = Directory.CreateDirectory(Path.Combine(memory, Path.GetFileName(directory) + "-disks")).FullName;
    }

    public ServerRecording Recording { get; }

    /// <summary>Time that the last disks took.</summary>
    public TimeSpan Elapsed => _elapsed.Elapsed;

    public static async Task<CrashBench> RecordAsync(int seed, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("bleepstore-crash-").FullName;
        return new CrashBench(directory, await ServerRecording.MakeAsync(directory, seed, cancellationToken), seed);
    }

    /// <summary>A bench for disks of rotations of the root key.</summary>
    public static async Task<CrashBench> RecordRotationsAsync(int seed, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("bleepstore-crash-").FullName;
        return new CrashBench(directory, await RotationRecording.MakeAsync(directory, seed, cancellationToken), seed);
    }

    public string Describe()
    {
        var trace = Recording.Trace;
        var kinds = trace.GroupBy(record => record.Operation).OrderBy(kind => kind.Key).Select(kind => $"{kind.Count()} {kind.Key}");
        return $"{Recording.History.Changes.Count} changes of keys, {Recording.History.Uploads.Count} uploads, {Recording.History.Versions.Count} changes of versions; "
            + $"{trace.Count} records of {trace[^1].End / 1e6:F1} MB: {string.Join(", ", kinds)}";
    }

    /// <summary>The trace replayed to its end, with nothing lost, must be what the server left: else a call passed by the recorder.</summary>
    public void CheckEnd()
    {
        var model = new CrashModel();
        Recording.Trace.ForEach(model.Apply);
        var made = NewDisk();
        new PowerLoss(NameSurvival.All, ContentSurvival.All, seed: 0).SaveTo(made, model);
        FileTree.Differences(ServerRecording.DataOf(_directory), made).ShouldBeEmpty();
        Directory.Delete(made, recursive: true);
    }

    /// <summary>Checks the disk of a moment, with nothing lost, against another history than what clients were told.</summary>
    public async Task CheckAsync(History history, long moment, CancellationToken cancellationToken)
    {
        var model = new CrashModel();
        Recording.Trace.TakeWhile(record => record.End <= moment).ToList().ForEach(model.Apply);
        var disk = NewDisk();
        new PowerLoss(NameSurvival.All, ContentSurvival.All, seed: 0).SaveTo(disk, model);
        await new CrashDisk(disk, history, moment).CheckAsync(cancellationToken);
    }

    /// <summary>The first disk, in the order of the trace, that is not as promised; null when all are.</summary>
    /// <param name="trace">The recording's, or that of a broken server made of it.</param>
    /// <param name="from">Number of the first disk.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<CrashFault?> FindFaultAsync(List<TraceRecord> trace, int from, int count, CancellationToken cancellationToken)
        => FindFaultAsync(trace, from, count, moment: null, cancellationToken);

    /// <summary>Loses the power once, and again while the next server recovers: the first such disk that is not as promised.</summary>
    /// <param name="number">Number of the disk that the server finds.</param>
    /// <param name="count">How many disks are made of its recovery.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<CrashFault?> FindFaultOfRecoveryAsync(int number, int count, CancellationToken cancellationToken)
    {
        var point = new CrashPlan(Recording.Trace, Recording.History, _seed).At(number);
        var directory = NewDisk();
        var data = ServerRecording.DataOf(directory);
        SaveTo(Directory.CreateDirectory(data).FullName, point);
        var recovery = await ServerRecording.MakeOfRecoveryAsync(directory, data, cancellationToken);
        return await FindFaultAsync(recovery, from: 0, count, Recording.Trace[point.Record].End, cancellationToken);
    }

    private async Task<CrashFault?> FindFaultAsync(List<TraceRecord> trace, int from, int count, long? moment, CancellationToken cancellationToken)
    {
        _elapsed.Restart();
        var model = new CrashModel();
        var applied = 0;
        foreach (var point in new CrashPlan(trace, Recording.History, _seed).Take(from, count))
        {
            for (; applied <= point.Record; applied++)
            {
                model.Apply(trace[applied]);
            }

            var loss = PowerLoss.Of(point.Seed);
            var disk = NewDisk();
            loss.SaveTo(disk, model);
            try
            {
                var check = new CrashDisk(disk, Recording.History, moment ?? trace[point.Record].End);
                await check.CheckAsync(cancellationToken);
                if (point.Number % StartsAgain == 0)
                {
                    await check.CheckAsync(cancellationToken);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                return new CrashFault(point, loss, e);
            }
            finally
            {
                Directory.Delete(disk, recursive: true);
            }
        }

        _elapsed.Stop();
        return null;
    }

    /// <summary>Keeps the recording and the disk as it was before it was opened; what to tell whoever has to find the fault.</summary>
    public string Keep(CrashFault fault)
    {
        var kept = Directory.CreateTempSubdirectory("bleepstore-crash-kept-").FullName;
        ServerRecording.Keep(_directory, kept);
        SaveTo(Directory.CreateDirectory(Path.Combine(kept, "disk")).FullName, fault.Point);
        return $"seed {_seed}, {fault}\nkept in {kept}\n{fault.Error}";
    }

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        Directory.Delete(_disks, recursive: true);
    }

    private void SaveTo(string directory, CrashPoint point)
    {
        var model = new CrashModel();
        Recording.Trace.GetRange(0, point.Record + 1).ForEach(model.Apply);
        PowerLoss.Of(point.Seed).SaveTo(directory, model);
    }

    private string NewDisk() => Directory.CreateDirectory(Path.Combine(_disks, Path.GetRandomFileName())).FullName;
}
