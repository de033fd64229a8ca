using System.Text.Json;
using BleepStore.Tests.Processes;

namespace BleepStore.Tests.Crash.Recording;

/// <summary>Several lives of a real server on one data directory, all their changes to files, and what their clients were told.</summary>
internal sealed class ServerRecording(List<TraceRecord> trace, History history)
{
    private const int Workers = 6;
    private const int AnswersPerLife = 180;
    private const string TraceFile = "trace";
    private const string HistoryFile = "history.json";

    public List<TraceRecord> Trace => trace;

    public History History => history;

    /// <summary>
    /// Records. Lives end by a kill in the midst of requests, by a kill at a change of the start, and once in good order, so that blobs are swept,
    /// collected, and the journal folded.
    /// </summary>
    /// <param name="directory">An empty directory that takes the trace, the history and the data.</param>
    /// <param name="seed">Decides the requests.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<ServerRecording> MakeAsync(string directory, int seed, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        var (data, recorder) = await PrepareAsync(directory, cancellationToken);
        await using var server = ServerProcess.Launch(OptionsOf(recorder, data, killAfter: random.Next(1, 100)));
        await DieAsync(server, cancellationToken);
        await StartAsync(server, recorder, data, cancellationToken);
        using var client = new CrashClient { Endpoint = server.S3Url };
        await client.CreateBucketAsync(cancellationToken);
        var bucketAnswered = recorder.Position;
        var workers = Enumerable.Range(0, Workers).Select(number => new RecordedWorker(number, client, recorder, random.Next())).ToList();
        using var suspending = new CrashClient { Endpoint = server.S3Url, Name = "suspending" };
        using var locking = new CrashClient { Endpoint = server.S3Url, Name = "locking" };
        List<RecordedVersionWorker> versionWorkers =
            [new(suspending, recorder, locks: false, random.Next()), new(locking, recorder, locks: true, random.Next())];
        await Task.WhenAll(versionWorkers.Select(worker => worker.CreateAsync(cancellationToken)));
        for (var life = 0; life < 4; life++)
        {
            Func<Func<bool>, Task>[] runs =
            [
                .. workers.Select<RecordedWorker, Func<Func<bool>, Task>>(worker => goesOn => worker.RunAsync(goesOn, cancellationToken)),
                .. versionWorkers.Select<RecordedVersionWorker, Func<Func<bool>, Task>>(worker => goesOn => worker.RunAsync(goesOn, cancellationToken)),
            ];
            await LiveAsync(server, recorder, runs, () => versionWorkers.TrueForAll(worker => worker.HasMadeEveryKind), isOrderly: life == 2, cancellationToken);
            if (life == 0)
            {
                server.Relaunch(_ => OptionsOf(recorder, data, killAfter: random.Next(1, 60)));
                await DieAsync(server, cancellationToken);
            }

            if (life < 3)
            {
                await StartAsync(server, recorder, data, cancellationToken);
                (client.Endpoint, suspending.Endpoint, locking.Endpoint) = (server.S3Url, server.S3Url, server.S3Url);
            }
        }

        var history = new History(
            bucketAnswered,
            [.. workers.SelectMany(worker => worker.Changes)],
            [.. workers.SelectMany(worker => worker.Uploads)],
            [.. versionWorkers.SelectMany(worker => worker.Changes)]);
        await File.WriteAllTextAsync(Path.Combine(directory, HistoryFile), JsonSerializer.Serialize(history), cancellationToken);
        return new ServerRecording(Recording.Trace.Load(recorder.TracePath), history);
    }

    /// <summary>Records a first start that dies as soon as it made something, and a second one that goes on with what the first left.</summary>
    /// <param name="directory">An empty directory.</param>
    /// <param name="killPath">Path whose making kills the first server.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<ServerRecording> MakeOfStartsAsync(string directory, string killPath, CancellationToken cancellationToken)
    {
        var (data, recorder) = await PrepareAsync(directory, cancellationToken);
        await using var server = ServerProcess.Launch(OptionsOf(recorder, data, killAfter: null, killPath));
        await DieAsync(server, cancellationToken);
        await StartAsync(server, recorder, data, cancellationToken);
        using var client = new CrashClient { Endpoint = server.S3Url };
        await client.CreateBucketAsync(cancellationToken);
        var bucketAnswered = recorder.Position;
        byte[] body = [1, 2, 3];
        (await client.PutAsync("key", body, cancellationToken)).Expect(System.Net.HttpStatusCode.OK);
        var change = new KeyChange("key", bucketAnswered, recorder.Position, History.ContentOf(body));
        var trace = Recording.Trace.Load(recorder.TracePath);
        await server.KillAsync(cancellationToken);
        return new ServerRecording(trace, new History(bucketAnswered, [change], [], []));
    }

    /// <summary>Records one start of a server on what lies in a directory already, until nothing is left for it to do.</summary>
    public static async Task<List<TraceRecord>> MakeOfRecoveryAsync(string directory, string data, CancellationToken cancellationToken)
    {
        var recorder = await FileRecorder.CompileAsync(directory, data, cancellationToken);
        await using var server = await ServerProcess.StartAsync(OptionsOf(recorder, data, killAfter: null), cancellationToken);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        for (var before = -1L; before != recorder.Position;)
        {
            before = recorder.Position;
            await poll.WaitForNextTickAsync(cancellationToken);
        }

        await server.StopAsync(cancellationToken);
        return Recording.Trace.Load(recorder.TracePath);
    }

    /// <summary>Where the data of a recording is, recorded and nothing else.</summary>
    public static string DataOf(string directory) => Path.Combine(directory, "data");

    /// <summary>Keeps trace and history for whoever has to find a fault.</summary>
    public static void Keep(string directory, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in new[] { TraceFile, HistoryFile })
        {
            File.Copy(Path.Combine(directory, file), Path.Combine(to, file), overwrite: true);
        }
    }

    /// <summary>The directory of the data, which is recorded. That of the root key is the operator's, who makes it before.</summary>
    public static async Task<(string Data, FileRecorder Recorder)> PrepareAsync(string directory, CancellationToken cancellationToken)
    {
        var data = Directory.CreateDirectory(DataOf(directory)).FullName;
        Directory.CreateDirectory(Path.GetDirectoryName(CrashDisk.RootKeyPath(data))!);
        return (data, await FileRecorder.CompileAsync(directory, data, cancellationToken));
    }

    /// <summary>What a recorded server is started with.</summary>
    public static ServerProcessOptions OptionsOf(FileRecorder recorder, string data, int? killAfter, string? killPath = null) => new()
    {
        DataDirectory = Path.GetDirectoryName(data),
        Environment = new Dictionary<string, string?>(recorder.Environment(killAfter, killPath))
        {
            ["BLEEPSTORE__ENCRYPTION__ROOT_KEY_FILE"] = CrashDisk.RootKeyPath(data),
            ["BLEEPSTORE__METADATA__SQLITE__PATH"] = CrashDisk.MetadataPath(data),
            ["BLEEPSTORE__STORAGE__LOCAL__ROOT_DIR"] = CrashDisk.StoragePath(data),
            ["BLEEPSTORE__STORAGE__MIN_FREE"] = "0",
        },
    };

    private static async Task StartAsync(ServerProcess server, FileRecorder recorder, string data, CancellationToken cancellationToken)
        => await server.RestartAsync(cancellationToken, _ => OptionsOf(recorder, data, killAfter: null));

    private static Task<int> DieAsync(ServerProcess server, CancellationToken cancellationToken)
        => server.WaitForExitAsync(Patience.Limit, cancellationToken);

    // Until so many requests were answered and it may end, and then to the end of the process.
    private static async Task LiveAsync(
        ServerProcess server, FileRecorder recorder, Func<Func<bool>, Task>[] runs, Func<bool> mayEnd, bool isOrderly, CancellationToken cancellationToken)
    {
        var left = AnswersPerLife;
        bool GoesOn()
        {
            if (Interlocked.Decrement(ref left) > 0 || !mayEnd())
            {
                return true;
            }

            if (!isOrderly)
            {
                recorder.Kill();
            }

            return !isOrderly;
        }

        await Task.WhenAll(runs.Select(run => run(GoesOn)));
        if (isOrderly)
        {
            await server.StopAsync(cancellationToken);
        }

        await DieAsync(server, cancellationToken);
        recorder.Spare();
    }
}
