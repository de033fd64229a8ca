using BleepStore.Api.Content;
using BleepStore.Api.Integrity;
using BleepStore.Api.Pipeline;
using BleepStore.Storage;
using BleepStore.Tests.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace BleepStore.Tests.Api;

/// <summary>Copies and completions that take long: white space keeps the connection alive, and an error stands in a 200 body.</summary>
public sealed class LateAnswerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_slow_copy_is_kept_alive_with_white_space_and_ends_well()
    {
        var (host, storage) = await StartAsync();
        await using var _ = host;
        var bucket = await TestBucket.CreateAsync(host);
        await bucket.PutAsync("source", "Hello");
        var gate = new TaskCompletionSource();
        storage.Gate = gate.Task;
        using var connection = await SendCopyAsync(bucket);
        var head = await connection.ReadUntilAsync(" \r\n"u8.ToArray(), Token);
        gate.SetResult();
        var response = RawResponse.Parse([.. head, .. await connection.ReadToEndAsync(Token)], "PUT");
        response.Status.ShouldBe(200);
        response.IsWhole.ShouldBeTrue();
        response.Header("Content-Type").ShouldBe("application/xml");
        response.Text.ShouldStartWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n ");
        response.Element("ETag").ShouldBe("\"8b1a9953c4611296a827abf8c47804d7\"");
        (await bucket.GetAsync("copy")).Text.ShouldBe("Hello");
    }

    [Fact]
    public async Task An_error_that_comes_late_stands_in_the_body()
    {
        var (host, storage) = await StartAsync();
        await using var _ = host;
        var bucket = await TestBucket.CreateAsync(host);
        await bucket.PutAsync("source", "Hello");
        var gate = new TaskCompletionSource();
        storage.Gate = gate.Task;
        using var connection = await SendCopyAsync(bucket);
        var head = await connection.ReadUntilAsync(" \r\n"u8.ToArray(), Token);
        storage.Failure = new StorageFullException("It is full.");
        gate.SetResult();
        var response = RawResponse.Parse([.. head, .. await connection.ReadToEndAsync(Token)], "PUT");
        response.Status.ShouldBe(200);
        response.ErrorCode.ShouldBe("InsufficientStorage");
        storage.Failure = null;
        (await bucket.HeadAsync("copy")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task An_error_that_comes_early_has_its_status()
    {
        var (host, storage) = await StartAsync(TimeSpan.FromMinutes(1));
        await using var _ = host;
        var bucket = await TestBucket.CreateAsync(host);
        await bucket.PutAsync("source", "Hello");
        storage.Failure = new StorageFullException("It is full.");
        var response = await bucket.CopyAsync("source", "copy");
        response.Status.ShouldBe(507);
        response.ErrorCode.ShouldBe("InsufficientStorage");
        (await bucket.PutAsync("other", "Hello")).Status.ShouldBe(507);
    }

    [Fact]
    public async Task A_client_that_leaves_during_a_copy_leaves_nothing_behind()
    {
        var (host, storage) = await StartAsync();
        var bucket = await TestBucket.CreateAsync(host);
        await bucket.PutAsync("source", "Hello");
        storage.Gate = new TaskCompletionSource().Task;
        using (var connection = await SendCopyAsync(bucket))
        {
            await connection.ReadUntilAsync(" \r\n"u8.ToArray(), Token);
        }

        // Stopping waits for requests in flight: it ends only because the copy that nobody waits for has been given up.
        await host.DisposeAsync();
        var blobs = 0;
        await foreach (var _ in storage.ListAsync(Token))
        {
            blobs++;
        }

        blobs.ShouldBe(1);
    }

    [Fact]
    public async Task Work_that_never_waits_is_not_waited_for()
    {
        using var answered = new ManualResetEventSlim();
        var damage = new ReadDamage(new DamageCounts(), NullLogger<ReadDamage>.Instance);
        var response = new LateAnswers(damage, NullLogger<LateAnswers>.Instance).Answer(
            "id", "bucket", "key", () => Task.FromResult(answered.Wait(TimeSpan.FromSeconds(10), Token) ? S3Response.Ok() : S3Response.NoContent()));
        answered.Set();
        (await response.Late!).Status.ShouldBe(200);
    }

    private static async Task<RawConnection> SendCopyAsync(TestBucket bucket)
    {
        var request = bucket.Request("PUT", "copy").With("x-amz-copy-source", $"{bucket.Name}/source");
        TestBucket.Signer().SignHeader(request, TimeProvider.System.GetUtcNow());
        var connection = await RawConnection.OpenAsync(bucket.Host.Endpoint, Token);
        await connection.WriteAsync(request.ToBytes(), Token);
        return connection;
    }

    private static async Task<(S3TestHost Host, GatedStorage Storage)> StartAsync(TimeSpan? interval = null)
    {
        GatedStorage? storage = null;
        var host = await S3TestHost.StartAsync(TestEngines.Memory, services =>
        {
            var inner = (IObjectStorage)services.Last(service => service.ServiceType == typeof(IObjectStorage)).ImplementationInstance!;
            services.AddSingleton<IObjectStorage>(storage = new GatedStorage(inner));
            services.AddSingleton(new InlineLimit(0));
            var damage = new ReadDamage(new DamageCounts(), NullLogger<ReadDamage>.Instance);
            services.AddSingleton(new S3ResponseWriter(TimeProvider.System, damage, NullLogger<S3ResponseWriter>.Instance)
            {
                KeepAliveInterval = interval ?? TimeSpan.FromMilliseconds(5),
            });
        });
        return (host, storage!);
    }
}
