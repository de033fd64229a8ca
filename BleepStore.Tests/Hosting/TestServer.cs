using Amazon.Runtime;
using Amazon.S3;
using BleepStore.Api.Configuration;
using BleepStore.Api.Hosting;

namespace BleepStore.Tests.Hosting;

/// <summary>
/// The whole server in this process on free ports, over memory or over a temporary directory; or, with <c>BLEEPSTORE_TEST_ENDPOINT</c>,
/// <c>…_ACCESS_KEY</c> and <c>…_SECRET_KEY</c>, whatever runs there, for the tests that need no server of their own.
/// </summary>
public sealed class TestServer : IAsyncDisposable
{
    private const string EndpointVariable = "BLEEPSTORE_TEST_ENDPOINT";

    private readonly BleepStoreServer? _server;
    private readonly List<IDisposable> _disposables = [];
    private readonly string? _ownedDirectory;
    private AmazonS3Client? _client;

    private TestServer(BleepStoreServer server, TestServerOptions options, string? ownedDirectory)
    {
        _server = server;
        _ownedDirectory = ownedDirectory;
        Endpoint = server.S3Url;
        AdminEndpoint = server.AdminUrl;
        AccessKey = options.AccessKey;
        SecretKey = options.SecretKey;
        Region = options.Region;
        DataDirectory = options.DataDirectory ?? ownedDirectory;
        Log = options.Log;
    }

    private TestServer(Uri endpoint)
    {
        Endpoint = endpoint;
        AccessKey = Environment.GetEnvironmentVariable(EndpointVariable + "_ACCESS_KEY") ?? CredentialOptions.DefaultAccessKey;
        SecretKey = Environment.GetEnvironmentVariable(EndpointVariable + "_SECRET_KEY") ?? CredentialOptions.DefaultSecretKey;
        Region = Environment.GetEnvironmentVariable(EndpointVariable + "_REGION") ?? "us-east-1";
        Log = new TestLog();
    }

    /// <summary>Where S3 is served.</summary>
    public Uri Endpoint { get; }

    /// <summary>Where the admin API is served; null when it is off or the server is not ours.</summary>
    public Uri? AdminEndpoint { get; }

    /// <summary>Access key of the root credential.</summary>
    public string AccessKey { get; }

    public string SecretKey { get; }

    public string Region { get; }

    /// <summary>Directory of the durable engines; null where there is none.</summary>
    public string? DataDirectory { get; }

    /// <summary>Every line the server logged.</summary>
    public TestLog Log { get; }

    /// <summary>An SDK client of the root credential, disposed with the server.</summary>
    public AmazonS3Client Client => _client ??= CreateClient(AccessKey, SecretKey);

    /// <summary>What the server is made of.</summary>
    public IServiceProvider Services => Own.Services;

    internal BleepStoreServer Own => _server ?? throw new InvalidOperationException("The server under test is not of this process.");

    /// <summary>
    /// Starts a server of this test's own, or aims at the one that the environment names when the test asks for nothing special.
    /// </summary>
    public static async Task<TestServer> StartAsync(Action<TestServerOptions>? configure = null)
    {
        var options = new TestServerOptions();
        configure?.Invoke(options);
        if (Environment.GetEnvironmentVariable(EndpointVariable) is { Length: > 0 } endpoint)
        {
            if (configure is not null)
            {
                Assert.Skip("This test needs a server of its own.");
            }

            return new TestServer(new Uri(endpoint));
        }

        var owned = options is { IsDurable: true, DataDirectory: null } ? Directory.CreateTempSubdirectory("bleepstore-test-").FullName : null;
        try
        {
            var server = await BleepStoreServer.StartAsync(options.Load(owned), options.ToEnvironment(), TestContext.Current.CancellationToken);
            return new TestServer(server, options, owned);
        }
        catch
        {
            Delete(owned);
            throw;
        }
    }

    /// <summary>An SDK client of any credential; disposed with the server.</summary>
    public AmazonS3Client CreateClient(string accessKey, string secretKey, Action<AmazonS3Config>? configure = null)
    {
        var config = new AmazonS3Config
        {
            ServiceURL = Endpoint.ToString(),
            ForcePathStyle = true,
            AuthenticationRegion = Region,
            MaxErrorRetry = 0,
            UseHttp = Endpoint.Scheme == Uri.UriSchemeHttp,
        };
        configure?.Invoke(config);
        var client = new AmazonS3Client(new BasicAWSCredentials(accessKey, secretKey), config);
        _disposables.Add(client);
        return client;
    }

    /// <summary>A plain HTTP client aimed at the S3 listener; disposed with the server.</summary>
    public HttpClient CreateHttpClient() => CreateHttpClient(Endpoint);

    /// <summary>A plain HTTP client aimed at the admin listener; disposed with the server.</summary>
    public HttpClient CreateAdminClient()
        => CreateHttpClient(AdminEndpoint ?? throw new InvalidOperationException("There is no admin listener."));

    /// <summary>Stops in order, as after SIGTERM.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Own.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var disposable in _disposables)
        {
            disposable.Dispose();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Delete(_ownedDirectory);
    }

    private HttpClient CreateHttpClient(Uri address)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, AutomaticDecompression = System.Net.DecompressionMethods.None };
        var client = new HttpClient(handler) { BaseAddress = address };
        _disposables.Add(client);
        return client;
    }

    private static void Delete(string? directory)
    {
        if (directory is not null)
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}

/// <summary>
/// One server for all tests of a class: <c>class X(TestServerFixture fixture) : IClassFixture&lt;TestServerFixture&gt;</c>.
/// </summary>
public sealed class TestServerFixture : IAsyncLifetime
{
    private TestServer? _server;

    public TestServer Server => _server ?? throw new InvalidOperationException("The fixture was not initialised.");

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
