using System.Globalization;
using System.Net.Sockets;
using BleepStore.Tests.Crash;
using BleepStore.Tests.Processes;
using BleepStore.Tests.Storage;

namespace BleepStore.Tests.Faults;

/// <summary>More connections than the process may have files open: some are refused, nobody else notices.</summary>
public sealed class DescriptorTests(ITestOutputHelper output)
{
    private const int MaximumDescriptors = 1024;
    private const int IdleConnections = 1500;
    private const int Clients = 8;
    private const int Rounds = 10;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_rush_of_connections_leaves_a_server_its_descriptors()
    {
        if (!OperatingSystem.IsLinux())
        {
            TestRequirement.Missing("Counting open files needs Linux.");
        }

        using var directory = new TemporaryDirectory();
        var server = await WriteLimitedServerAsync(directory.Path);
        await using var bed = await FaultBed.StartAsync(Path.Combine(directory.Path, "data"), new Dictionary<string, string?>(), Token, server);

        // What is connected stays so, and is served while the rush lasts: one connection each, so that none is opened then.
        var clients = Enumerable.Range(0, Clients).Select(_ => new CrashClient(connections: 1) { Endpoint = bed.Server.S3Url }).ToList();
        await PutAndReadAsync(bed, clients, "before");
        var rush = await ConnectAsync(bed.Server.S3Url);
        var served = 0;
        for (var round = 0; round < Rounds; round++)
        {
            await PutAndReadAsync(bed, clients, $"during-{round}");
            served += Clients;
            DescriptorsOf(bed).ShouldBeLessThan(MaximumDescriptors);
        }

        output.WriteLine($"{DescriptorsOf(bed)} descriptors while {rush.Count} connections were tried and {served} requests served");
        rush.ForEach(socket => socket.Dispose());
        clients.ForEach(client => client.Dispose());

        bed.Server.HasExited.ShouldBeFalse();
        using var another = new CrashClient { Endpoint = bed.Server.S3Url };
        await ConnectsAgainAsync(another);
        await bed.VerifyAsync(Token);
        bed.NothingIsHalfWritten();
        await bed.AuditAsync(Token);
    }

    private static Task PutAndReadAsync(FaultBed bed, List<CrashClient> clients, string name) => Task.WhenAll(clients.Select(async (client, number) =>
    {
        var key = $"{name}-{number}";
        (await bed.TryPutAsync(client, key, 70_000 + number, Token)).ShouldBeTrue(key);
        (await client.GetAsync(key, Token)).ShouldBe(FaultBed.BodyOf(key, 70_000 + number));
    }));

    private static int DescriptorsOf(FaultBed bed)
        => Directory.GetFiles(string.Create(CultureInfo.InvariantCulture, $"/proc/{bed.Server.Id}/fd")).Length;

    // The limit must be set before the server begins, which takes over this process.
    private static async Task<string> WriteLimitedServerAsync(string directory)
    {
        var script = Path.Combine(directory, "limited-server");
        var text = string.Create(
            CultureInfo.InvariantCulture, $"#!/bin/sh\nulimit -n {MaximumDescriptors}\nexec '{RepositoryPaths.ServerExecutable}' \"$@\"\n");

        // By another process: no child that a test starts at this moment has it open for writing, which would keep it from being run.
        var write = new ToolCommand("/bin/sh", "-c", "cat > \"$0\" && chmod 700 \"$0\"", script) { StandardInput = text, Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" } };
        await ToolProcess.RunSuccessfullyAsync(write, Token);
        return script;
    }

    private static async Task<List<Socket>> ConnectAsync(Uri endpoint)
    {
        var sockets = new List<Socket>();
        for (var i = 0; i < IdleConnections; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            sockets.Add(socket);
            await socket.ConnectAsync(endpoint.Host, endpoint.Port, Token);
        }

        return sockets;
    }

    // The server sees the end of connections one after the other.
    private static async Task ConnectsAgainAsync(CrashClient client)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Patience.Limit);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            try
            {
                (await client.GetAsync("before-0", limit.Token)).ShouldNotBeNull();
                return;
            }
            catch (OutcomeUnknownException)
            {
                await poll.WaitForNextTickAsync(limit.Token);
            }
        }
    }
}
