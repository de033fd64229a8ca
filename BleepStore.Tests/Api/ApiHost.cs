namespace BleepStore.Tests.Api;

/// <summary>One server for all tests of a class; each makes a bucket of its own.</summary>
public abstract class ApiHost(TestEngines engines) : IAsyncLifetime
{
    internal S3TestHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await S3TestHost.StartAsync(engines);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>A server whose engines forget.</summary>
public sealed class MemoryApiHost() : ApiHost(TestEngines.Memory);

/// <summary>A server over SQLite and local files.</summary>
public sealed class DurableApiHost() : ApiHost(TestEngines.Durable);
