using BleepStore.Tests.Processes;

namespace BleepStore.Tests.Clients.Cli;

/// <summary>The server that stories run against, with a second account, keys for SSE-KMS, and SSE-C over plain HTTP.</summary>
public sealed class CliServer : IAsyncLifetime
{
    internal const string Alice = "alice";
    internal const string AliceSecret = "secret-of-alice";

    internal ServerProcess Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await ServerProcess.StartAsync(
        new ServerProcessOptions
        {
            Environment = new Dictionary<string, string?>
            {
                ["BLEEPSTORE__AUTH__USERS__0__ACCESS_KEY"] = Alice,
                ["BLEEPSTORE__AUTH__USERS__0__SECRET_KEY"] = AliceSecret,
                ["BLEEPSTORE__AUTH__USERS__0__EMAIL"] = "alice@example.com",
                ["BLEEPSTORE__ENCRYPTION__ALLOW_CUSTOMER_KEYS_OVER_HTTP"] = "true",
                ["BLEEPSTORE__ENCRYPTION__KMS__KEYS__0__ID"] = "alias/documents",
                ["BLEEPSTORE__ENCRYPTION__KMS__KEYS__0__MATERIAL"] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            },
        },
        TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync() => await Server.DisposeAsync();
}
