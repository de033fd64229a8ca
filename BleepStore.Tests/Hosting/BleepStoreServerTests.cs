using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using BleepStore.Api.CommandLine;
using BleepStore.Api.Configuration;
using BleepStore.Api.Hosting;
using BleepStore.Tests.Clients;
using BleepStore.Tests.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BleepStore.Tests.Hosting;

/// <summary>How the process behaves on its sockets: addresses, encryption, headers, and an orderly end.</summary>
public sealed class BleepStoreServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("server.port", "server.host")]
    [InlineData("server.admin_port", "server.admin_host")]
    public async Task A_taken_port_stops_the_start_and_names_key_and_port(string key, string hostKey)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var refusal = await Should.ThrowAsync<StartException>(
            () => TestServer.StartAsync(options => options.Set(key, port).Set(hostKey, "127.0.0.1")));
        refusal.ExitCode.ShouldBe(ExitCodes.AddressUnavailable);
        refusal.Message.ShouldBe($"{key} = {port}: 127.0.0.1:{port} is taken by another process; set {key} to another value.");
    }

    [Fact]
    public async Task An_address_of_another_machine_stops_the_start()
    {
        var refusal = await Should.ThrowAsync<StartException>(
            () => TestServer.StartAsync(options => options.Set("server.host", "192.0.2.1").Set("auth.secret_key", "something-else")));
        refusal.ExitCode.ShouldBe(ExitCodes.AddressUnavailable);
        refusal.Message.ShouldContain("is no address of this machine");
    }

    [Theory]
    [InlineData("*")]
    [InlineData("0.0.0.0")]
    [InlineData("localhost")]
    [InlineData("::1")]
    public async Task The_server_can_be_reached_at_the_url_it_names(string host)
    {
        await using var server = await TestServer.StartAsync(options => options.Set("server.host", host).Set("auth.secret_key", "another-secret"));
        await server.Client.ListBucketsAsync(Token);
    }

    [Fact]
    public async Task Without_an_admin_port_there_is_no_admin_listener()
    {
        await using var server = await TestServer.StartAsync(options => options.Set("server.admin_port", "off"));
        server.AdminEndpoint.ShouldBeNull();
        await server.Client.ListBucketsAsync(Token);
    }

    [Fact]
    public async Task Answers_name_BleepStore_and_nothing_else()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.CreateHttpClient();
        using var answer = await client.GetAsync("/", Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        answer.Headers.GetValues("Server").ShouldBe(["BleepStore"]);
    }

    [Fact]
    public async Task The_admin_api_is_not_on_the_S3_listener_nor_S3_on_the_admin_listener()
    {
        await using var server = await TestServer.StartAsync(options => options.Set("server.admin_token", "0123456789abcdef"));
        using var s3 = server.CreateHttpClient();
        s3.DefaultRequestHeaders.Add("Authorization", "Bearer 0123456789abcdef");
        (await s3.GetStringOrError("/admin/status", Token)).ShouldContain("<Error>");
        using var admin = server.CreateAdminClient();
        admin.DefaultRequestHeaders.Add("Authorization", "Bearer 0123456789abcdef");
        (await admin.GetStringOrError("/some-bucket", Token)).ShouldContain("\"NotFound\"");
    }

    [Fact]
    public async Task Header_values_beyond_ASCII_come_back_as_they_were_sent()
    {
        await using var server = await TestServer.StartAsync();
        await server.Client.PutBucketAsync("bucket", Token);
        var signer = new TestSigner(server.AccessKey, server.SecretKey);
        var host = server.Endpoint.Authority;
        var put = new TestRequest("PUT", "/bucket/key", host).With("Content-Disposition", "attachment; filename=\"Grüße €\"").WithBody("x");
        signer.SignHeader(put, TimeProvider.System.GetUtcNow());
        (await SendAsync(server.Endpoint, put.ToBytes())).ShouldStartWith("HTTP/1.1 200");
        var get = new TestRequest("GET", "/bucket/key", host);
        signer.SignHeader(get, TimeProvider.System.GetUtcNow());
        (await SendAsync(server.Endpoint, get.ToBytes())).ShouldContain("Content-Disposition: attachment; filename=\"Grüße €\"\r\n");
    }

    [Fact]
    public async Task A_header_section_beyond_the_limit_is_refused_and_the_server_lives()
    {
        await using var server = await TestServer.StartAsync();
        var request = new TestRequest("GET", "/", server.Endpoint.Authority).With("x-long", new string('a', 100_000));
        (await SendAsync(server.Endpoint, request.ToBytes())).ShouldStartWith("HTTP/1.1 431");
        await server.Client.ListBucketsAsync(Token);
    }

    [Fact]
    public async Task With_certificate_files_the_same_port_speaks_TLS_with_HTTP_1_and_2()
    {
        using var directory = new CertificateDirectory();
        await using var server = await TestServer.StartAsync(
            options => options.Set("server.tls.cert", directory.CertificatePath).Set("server.tls.key", directory.KeyPath));
        server.Endpoint.Scheme.ShouldBe("https");
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var handler = new SocketsHttpHandler { UseProxy = false };
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == directory.Thumbprint;
            using var client = new HttpClient(handler);
            using var request = new HttpRequestMessage(HttpMethod.Get, server.Endpoint) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var answer = await client.SendAsync(request, Token);
            answer.Version.ShouldBe(version);
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }
    }

    [Fact]
    public async Task Certificate_files_that_cannot_be_used_stop_the_start()
    {
        using var directory = new CertificateDirectory();
        var refusal = await Should.ThrowAsync<ConfigurationException>(
            () => TestServer.StartAsync(options => options.Set("server.tls.cert", directory.CertificatePath).Set("server.tls.key", "/nowhere/key.pem")));
        refusal.Lines.ShouldHaveSingleItem().ShouldStartWith($"server.tls.cert = {directory.CertificatePath}, server.tls.key = /nowhere/key.pem: must be PEM files");
    }

    [Fact]
    public async Task A_drain_lets_requests_end_refuses_new_ones_and_then_closes()
    {
        await using var server = await TestServer.StartAsync(options => options.Set("server.shutdown_timeout", "60s"));
        await server.Client.PutBucketAsync("bucket", Token);
        var drain = server.Services.GetRequiredService<DrainState>();
        drain.IsReady.ShouldBeTrue();
        await UntilAsync(() => drain.InFlight == 0, "the request before to be over");

        // A request that is under way: its body is announced, and its end is still to come.
        var put = new TestRequest("PUT", "/bucket/slow", server.Endpoint.Authority).With("x-amz-content-sha256", "UNSIGNED-PAYLOAD").WithBody("0123456789");
        new TestSigner(server.AccessKey, server.SecretKey).SignHeader(put, TimeProvider.System.GetUtcNow(), "UNSIGNED-PAYLOAD");
        var bytes = put.ToBytes();
        using var slow = new TcpClient();
        await slow.ConnectAsync(server.Endpoint.Host, server.Endpoint.Port, Token);
        await slow.GetStream().WriteAsync(bytes.AsMemory(0, bytes.Length - 3), Token);
        await UntilAsync(() => drain.InFlight == 1, "the request to be in flight");

        var stopping = server.StopAsync(Token);
        await UntilAsync(() => drain.IsDraining, "new requests to be refused");
        drain.IsReady.ShouldBeFalse();
        var refused = await SendAsync(server.Endpoint, new TestRequest("GET", "/", server.Endpoint.Authority).ToBytes());
        refused.ShouldStartWith("HTTP/1.1 503");
        refused.ShouldContain("Connection: close");
        stopping.IsCompleted.ShouldBeFalse();

        await slow.GetStream().WriteAsync(bytes.AsMemory(bytes.Length - 3), Token);
        (await ReadAsync(slow.GetStream())).ShouldStartWith("HTTP/1.1 200");
        await stopping.WaitAsync(Patience.Limit, Token);
    }

    [Fact]
    public async Task A_request_that_outlives_the_shutdown_timeout_is_cut_off()
    {
        await using var server = await TestServer.StartAsync(options => options.Set("server.shutdown_timeout", "100ms"));
        await server.Client.PutBucketAsync("bucket", Token);
        var drain = server.Services.GetRequiredService<DrainState>();
        await UntilAsync(() => drain.InFlight == 0, "the request before to be over");
        var put = new TestRequest("PUT", "/bucket/never", server.Endpoint.Authority).WithBody("0123456789");
        new TestSigner(server.AccessKey, server.SecretKey).SignHeader(put, TimeProvider.System.GetUtcNow(), "UNSIGNED-PAYLOAD");
        var bytes = put.ToBytes();
        using var slow = new TcpClient();
        await slow.ConnectAsync(server.Endpoint.Host, server.Endpoint.Port, Token);
        await slow.GetStream().WriteAsync(bytes.AsMemory(0, bytes.Length - 3), Token);
        await UntilAsync(() => drain.InFlight == 1, "the request to be in flight");
        await server.StopAsync(Token).WaitAsync(Patience.Limit, Token);
    }

    [Fact]
    public async Task A_failure_for_good_in_the_background_stops_the_server_instead_of_leaving_half_of_it()
    {
        var failure = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(
            options => options.ConfigureServices = services => services.AddHostedService(_ => new FailingService(failure.Task)));
        server.Own.Stopping.IsCancellationRequested.ShouldBeFalse();
        failure.SetException(new InvalidOperationException("It failed, as this test wants."));
        await UntilAsync(() => server.Own.Stopping.IsCancellationRequested, "the server to stop");
    }

    [Fact]
    public async Task The_ready_file_tells_process_and_addresses()
    {
        var directory = Directory.CreateTempSubdirectory("bleepstore-ready-");
        try
        {
            var path = Path.Combine(directory.FullName, "ready.json");
            await ReadyFile.WriteAsync(path, new Uri("http://127.0.0.1:9000"), admin: null, Token);
            using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(path, Token));
            json.RootElement.ToString().ShouldBe(
                string.Create(CultureInfo.InvariantCulture, $$$"""{"pid":{{{Environment.ProcessId}}},"urls":{"s3":"http://127.0.0.1:9000","admin":null}}"""));
            Directory.GetFiles(directory.FullName).ShouldBe([path]);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_ready_file_that_cannot_be_written_is_one_line()
    {
        var refusal = await Should.ThrowAsync<StartException>(() => ReadyFile.WriteAsync("/nowhere/ready.json", new Uri("http://127.0.0.1:1"), admin: null, Token));
        refusal.ExitCode.ShouldBe(ExitCodes.Usage);
        refusal.Message.ShouldStartWith("--ready-file = /nowhere/ready.json: cannot be written");
    }

    private static async Task<string> SendAsync(Uri endpoint, byte[] request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(endpoint.Host, endpoint.Port, Token);
        try
        {
            await socket.GetStream().WriteAsync(request, Token);
        }
        catch (IOException)
        {
            // The server may refuse before it has read everything; its answer counts.
        }

        return await ReadAsync(socket.GetStream());
    }

    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer, Token);
        }
        catch (IOException)
        {
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }

    private static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Token);
        timeout.CancelAfter(Patience.Limit);
        while (!condition())
        {
            timeout.IsCancellationRequested.ShouldBeFalse($"Waited in vain for {what}.");
            await Task.Yield();
        }
    }

    private sealed class FailingService(Task work) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => work;
    }

    private sealed class CertificateDirectory : IDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bleepstore-tls-");

        public CertificateDirectory()
        {
            (CertificatePath, KeyPath) = SelfSignedCertificate.Create(_directory.FullName, TimeProvider.System);
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(CertificatePath);
            Thumbprint = certificate.GetCertHashString();
        }

        public string Thumbprint { get; }

        public string CertificatePath { get; }

        public string KeyPath { get; }

        public void Dispose() => _directory.Delete(recursive: true);
    }
}

/// <summary>Reads an answer whatever its status.</summary>
internal static class HttpClientExtensions
{
    public static async Task<string> GetStringOrError(this HttpClient client, string path, CancellationToken cancellationToken)
    {
        using var answer = await client.GetAsync(path, cancellationToken);
        return await answer.Content.ReadAsStringAsync(cancellationToken);
    }
}
