using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Configuration;
using BleepStore.Api.Hosting;

namespace BleepStore.Api.CommandLine;

/// <summary>Asks the admin API of a running server, as whoever its configuration says may: by the admin token, or signed with the root credential.</summary>
internal sealed class AdminClient(BleepStoreOptions options, string? url, HttpMessageHandler? handler = null) : IDisposable
{
    private readonly HttpClient _http = new(handler ?? new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
    private readonly Uri _server = ServerOf(options, url);

    /// <summary>Sends a request; the answer is its JSON, empty where it has none.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="pathAndQuery">Percent-encoded.</param>
    /// <param name="body">Sent as it is; null for none.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="StartException">The server refused, or did not answer.</exception>
    public async Task<string> SendAsync(string method, string pathAndQuery, string? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), new Uri(_server, pathAndQuery));
        var bytes = Encoding.UTF8.GetBytes(body ?? "");
        if (body is not null)
        {
            request.Content = new ByteArrayContent(bytes);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        if (options.Server.AdminToken is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        else
        {
            Sign(request, bytes);
        }

        try
        {
            using var answer = await _http.SendAsync(request, cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            return answer.IsSuccessStatusCode
                ? text
                : throw new StartException(ExitCodes.Failure, $"The server refuses ({(int)answer.StatusCode}): {MessageOf(text)}");
        }
        catch (HttpRequestException e)
        {
            throw new StartException(ExitCodes.Failure, $"There is no answer from the admin API at {_server}: {e.Message}", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private static Uri ServerOf(BleepStoreOptions options, string? url)
    {
        if (url is not null)
        {
            return Uri.TryCreate(url, UriKind.Absolute, out var asked) && asked.Scheme is "http" or "https"
                ? new Uri(url)
                : throw new ConfigurationException($"--url = {url}: must be the URL of a server's admin API, such as http://127.0.0.1:9001.");
        }

        var server = options.Server;
        if (server.AdminPort is not { } port || port == 0)
        {
            throw new ConfigurationException("server.admin_port: says of no port where the admin API is; name it with --url.");
        }

        var host = server.AdminHost is "*" or "0.0.0.0" or "::" or "[::]" ? "127.0.0.1" : server.AdminHost;
        return new UriBuilder(server.IsTls ? "https" : "http", host, port).Uri;
    }

    private void Sign(HttpRequestMessage request, byte[] body)
    {
        var now = TimeProvider.System.GetUtcNow();
        var (time, date) = (RequestTime.ToBasic(now), now.ToString("yyyyMMdd", CultureInfo.InvariantCulture));
        var hash = Convert.ToHexStringLower(SHA256.HashData(body));
        request.Headers.Add("x-amz-date", time);
        request.Headers.Add(PayloadDeclaration.HeaderName, hash);
        const string signed = "host;x-amz-content-sha256;x-amz-date";
        var uri = request.RequestUri!;
        var query = string.Join('&', uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        var canonical = $"{request.Method}\n{uri.AbsolutePath}\n{query}\nhost:{uri.Authority}\nx-amz-content-sha256:{hash}\nx-amz-date:{time}\n\n{signed}\n{hash}";
        var scope = $"{date}/{options.Server.Region}/{CredentialScope.Service}/aws4_request";
        var toSign = $"{SignatureV4.Algorithm}\n{time}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = SigningKeyCache.Derive(options.Auth.SecretKey, date, options.Server.Region, CredentialScope.Service);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        request.Headers.TryAddWithoutValidation(
            "Authorization", $"{SignatureV4.Algorithm} Credential={options.Auth.AccessKey}/{scope}, SignedHeaders={signed}, Signature={signature}");
    }

    private static string MessageOf(string text)
    {
        try
        {
            using var json = System.Text.Json.JsonDocument.Parse(text);
            return json.RootElement.TryGetProperty("message", out var message) ? message.GetString() ?? text : text;
        }
        catch (System.Text.Json.JsonException)
        {
            return text;
        }
    }
}
