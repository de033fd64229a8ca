using System.Net;
using System.Text;
using System.Xml.Linq;
using BleepStore.Tests.Crash;
using BleepStore.Tests.Processes;

namespace BleepStore.Tests.Faults;

/// <summary>A real server whose disk is about to fail, a client, and the memory of everything that was acknowledged.</summary>
internal sealed class FaultBed : IAsyncDisposable
{
    private readonly string _dataDirectory;
    private readonly Dictionary<string, int> _acknowledged = new(StringComparer.Ordinal);

    private FaultBed(ServerProcess server, string dataDirectory)
    {
        Server = server;
        _dataDirectory = dataDirectory;
        Client.Endpoint = server.S3Url;
    }

    public ServerProcess Server { get; }

    public CrashClient Client { get; } = new();

    public string Objects => Path.Combine(_dataDirectory, "objects");

    public string MetadataPath => Path.Combine(_dataDirectory, "metadata", "metadata.db");

    public string Reserve => Path.Combine(Path.GetDirectoryName(MetadataPath)!, "reserve");

    /// <summary>Keys whose last PUT was acknowledged, in order.</summary>
    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_acknowledged)
            {
                return [.. _acknowledged.Keys.Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Starts a server whose metadata and objects lie in <paramref name="dataDirectory"/>, all else elsewhere, and makes the bucket.</summary>
    /// <param name="dataDirectory">The directory.</param>
    /// <param name="environment">Added to the server's environment.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="executable">What starts the server; null for the server itself.</param>
    public static async Task<FaultBed> StartAsync(
        string dataDirectory, IReadOnlyDictionary<string, string?> environment, CancellationToken cancellationToken, string? executable = null)
    {
        var variables = new Dictionary<string, string?>(environment)
        {
            ["BLEEPSTORE__METADATA__SQLITE__PATH"] = Path.Combine(dataDirectory, "metadata", "metadata.db"),
            ["BLEEPSTORE__STORAGE__LOCAL__ROOT_DIR"] = Path.Combine(dataDirectory, "objects"),
        };
        variables.TryAdd("BLEEPSTORE__STORAGE__MIN_FREE", "0");
        var options = new ServerProcessOptions { Environment = variables, Executable = executable ?? RepositoryPaths.ServerExecutable };
        var bed = new FaultBed(await ServerProcess.StartAsync(options, cancellationToken), dataDirectory);
        await bed.Client.CreateBucketAsync(cancellationToken);
        return bed;
    }

    /// <summary>The bytes that a key's object has.</summary>
    public static byte[] BodyOf(string key, int length)
    {
        var body = new byte[length];
        new Random(key.Aggregate(length, (seed, c) => unchecked((seed * 31) + c))).NextBytes(body);
        return body;
    }

    /// <summary>PUTs an object and remembers it when that was acknowledged; a refusal must be S3's, with that code.</summary>
    /// <returns>True when it was stored.</returns>
    public Task<bool> TryPutAsync(string key, int length, HttpStatusCode refusal, string code, CancellationToken cancellationToken)
        => TryPutAsync(Client, key, length, refusal, code, cancellationToken);

    /// <summary>PUTs an object by another client than the bed's; false when there was no room.</summary>
    public Task<bool> TryPutAsync(CrashClient client, string key, int length, CancellationToken cancellationToken)
        => TryPutAsync(client, key, length, HttpStatusCode.InsufficientStorage, "InsufficientStorage", cancellationToken);

    private async Task<bool> TryPutAsync(CrashClient client, string key, int length, HttpStatusCode refusal, string code, CancellationToken cancellationToken)
    {
        var answer = await client.PutAsync(key, BodyOf(key, length), cancellationToken);
        if (answer.Status == HttpStatusCode.OK)
        {
            lock (_acknowledged)
            {
                _acknowledged[key] = length;
            }

            return true;
        }

        ShouldBeError(answer, refusal, code);
        return false;
    }

    /// <summary>PUTs an object; false when there was no room.</summary>
    public Task<bool> TryPutAsync(string key, int length, CancellationToken cancellationToken)
        => TryPutAsync(key, length, HttpStatusCode.InsufficientStorage, "InsufficientStorage", cancellationToken);

    /// <summary>Deletes, which must succeed.</summary>
    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        (await Client.DeleteAsync(key, cancellationToken)).Expect(HttpStatusCode.NoContent);
        lock (_acknowledged)
        {
            _acknowledged.Remove(key);
        }
    }

    /// <summary>PUTs until it is acknowledged: for room that the background wins back.</summary>
    public async Task PutWhenThereIsRoomAsync(string key, int length, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience.Limit);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (!await TryPutAsync(key, length, cancellationToken))
        {
            await poll.WaitForNextTickAsync(limit.Token);
        }
    }

    /// <summary>Everything acknowledged is whole; nothing else is listed but what may be.</summary>
    /// <param name="allowed">Keys whose outcome is unknown.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    public async Task VerifyAsync(IReadOnlyCollection<string> allowed, CancellationToken cancellationToken)
    {
        foreach (var key in Keys)
        {
            var body = (await Client.GetAsync(key, cancellationToken)).ShouldNotBeNull($"{key} was acknowledged");
            body.AsSpan().SequenceEqual(BodyOf(key, _acknowledged[key])).ShouldBeTrue($"{key} must be whole");
        }

        (await Client.ListAsync(cancellationToken)).Except(allowed).ShouldBe(Keys.Except(allowed));
    }

    public Task VerifyAsync(CancellationToken cancellationToken) => VerifyAsync([], cancellationToken);

    /// <summary>No file stands under a temporary name.</summary>
    public void NothingIsHalfWritten()
    {
        Directory.EnumerateFiles(Path.Combine(Objects, ".tmp")).ShouldBeEmpty();
        Directory.EnumerateFiles(Path.Combine(Objects, ".multipart")).ShouldBeEmpty();
    }

    /// <summary>Starts again on the same disk.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken, params string[] withoutVariables)
    {
        await Server.RestartAsync(
            cancellationToken,
            options => options with { Environment = options.Environment.Where(pair => !withoutVariables.Contains(pair.Key)).ToDictionary() });
        Client.Endpoint = Server.S3Url;
    }

    /// <summary>Ends the server, and holds rows against files.</summary>
    public async Task AuditAsync(CancellationToken cancellationToken)
    {
        if (!Server.HasExited)
        {
            await Server.KillAsync(cancellationToken);
        }

        await StoreAudit.CheckAsync(MetadataPath, Objects, cancellationToken);
    }

    /// <summary>The answer is an error of S3: status, well-formed XML, code.</summary>
    public static void ShouldBeError(CrashAnswer answer, HttpStatusCode status, string code)
    {
        answer.Status.ShouldBe(status, Encoding.UTF8.GetString(answer.Body));
        var error = XDocument.Parse(Encoding.UTF8.GetString(answer.Body)).Root!;
        error.Name.LocalName.ShouldBe("Error");
        error.Element("Code")!.Value.ShouldBe(code);
        error.Element("Message")!.Value.ShouldNotBeEmpty();
        error.Element("RequestId")!.Value.ShouldNotBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
