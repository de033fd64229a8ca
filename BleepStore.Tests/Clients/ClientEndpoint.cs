using BleepStore.Tests.Processes;

namespace BleepStore.Tests.Clients;

/// <summary>
/// The store that client tests speak to: a server process of this build, or what <c>BLEEPSTORE_TEST_ENDPOINT</c>,
/// <c>BLEEPSTORE_TEST_ACCESS_KEY</c> and <c>BLEEPSTORE_TEST_SECRET_KEY</c> name.
/// </summary>
internal sealed class ClientEndpoint : IAsyncDisposable
{
    private ClientEndpoint(ServerProcess? server, Uri url, string accessKey, string secretKey, string? certificate)
    {
        Server = server;
        Url = url;
        AccessKey = accessKey;
        SecretKey = secretKey;
        Certificate = certificate;
    }

    /// <summary>Null where the endpoint is not ours.</summary>
    public ServerProcess? Server { get; }

    public Uri Url { get; }

    public string AccessKey { get; }

    public string SecretKey { get; }

    /// <summary>The PEM file that clients are told to trust, with TLS.</summary>
    public string? Certificate { get; }

    public static async Task<ClientEndpoint> StartAsync(string workDirectory, bool overTls, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("BLEEPSTORE_TEST_ENDPOINT") is { Length: > 0 } url)
        {
            if (overTls)
                Assert.Skip("BLEEPSTORE_TEST_ENDPOINT names a server whose certificate is not ours to choose.");
            return new ClientEndpoint(
                server: null,
                new Uri(url),
                Environment.GetEnvironmentVariable("BLEEPSTORE_TEST_ACCESS_KEY") ?? ServerProcess.AccessKey,
                Environment.GetEnvironmentVariable("BLEEPSTORE_TEST_SECRET_KEY") ?? ServerProcess.SecretKey,
                certificate: null);
        }

        var options = new ServerProcessOptions();
        string? certificate = null;
        if (overTls)
        {
            (certificate, var key) = SelfSignedCertificate.Create(workDirectory, TimeProvider.System);
            options = options with
            {
                Environment = new Dictionary<string, string?>
                {
                    ["BLEEPSTORE__SERVER__TLS__CERT"] = certificate,
                    ["BLEEPSTORE__SERVER__TLS__KEY"] = key,
                },
            };
        }

        var server = await ServerProcess.StartAsync(options, cancellationToken);
        return new ClientEndpoint(server, server.S3Url, ServerProcess.AccessKey, ServerProcess.SecretKey, certificate);
    }

    public ValueTask DisposeAsync() => Server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
