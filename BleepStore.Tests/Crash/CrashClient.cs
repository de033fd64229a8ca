using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using BleepStore.Tests.Http;
using BleepStore.Tests.Processes;

namespace BleepStore.Tests.Crash;

/// <summary>The connection broke before an answer came: whether the request was carried out is unknown.</summary>
internal sealed class OutcomeUnknownException(Exception innerException) : Exception("The connection broke.", innerException);

/// <summary>A plain S3 client over presigned URLs that tells an answer from a broken connection and never retries.</summary>
/// <param name="connections">How many connections it opens at most.</param>
internal sealed partial class CrashClient(int connections = int.MaxValue) : IDisposable
{
    public const string Bucket = "crash";
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), MaxConnectionsPerServer = connections })
    {
        Timeout = Patience.Limit,
    };

    private readonly TestSigner _signer = new(ServerProcess.AccessKey, ServerProcess.SecretKey);

    /// <summary>The bucket of its requests.</summary>
    public string Name { get; init; } = Bucket;

    public Uri Endpoint { get; set; } = new("http://127.0.0.1:1");

    public async Task CreateBucketAsync(CancellationToken cancellationToken)
        => (await SendAsync("PUT", $"/{Name}", [], cancellationToken)).Status.ShouldBe(HttpStatusCode.OK);

    public Task<CrashAnswer> PutAsync(string key, byte[] body, CancellationToken cancellationToken)
        => SendAsync("PUT", $"/{Name}/{key}", body, cancellationToken);

    public Task<CrashAnswer> DeleteAsync(string key, CancellationToken cancellationToken)
        => SendAsync("DELETE", $"/{Name}/{key}", [], cancellationToken);

    public Task<CrashAnswer> CopyAsync(string key, string source, CancellationToken cancellationToken)
        => SendAsync("PUT", $"/{Name}/{key}", [], cancellationToken, ("x-amz-copy-source", $"/{Name}/{source}"));

    /// <summary>DeleteObjects, quiet.</summary>
    public Task<CrashAnswer> DeleteManyAsync(IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        var body = $"<Delete><Quiet>true</Quiet>{string.Concat(keys.Select(key => $"<Object><Key>{key}</Key></Object>"))}</Delete>";
        return SendAsync("POST", $"/{Name}?delete", Encoding.UTF8.GetBytes(body), cancellationToken);
    }

    /// <summary>Begins an upload; its id.</summary>
    public async Task<string> CreateUploadAsync(string key, CancellationToken cancellationToken)
    {
        var created = (await SendAsync("POST", $"/{Name}/{key}?uploads", [], cancellationToken)).Expect(HttpStatusCode.OK);
        return UploadId().Match(Encoding.UTF8.GetString(created.Body)).Groups["id"].Value;
    }

    /// <summary>Uploads one part; its ETag.</summary>
    public async Task<string> PutPartAsync(string key, string uploadId, int number, byte[] body, CancellationToken cancellationToken)
        => (await SendAsync("PUT", $"/{Name}/{key}?partNumber={number.ToString(CultureInfo.InvariantCulture)}&uploadId={uploadId}", body, cancellationToken))
            .Expect(HttpStatusCode.OK).ETag;

    public Task<CrashAnswer> CompleteUploadAsync(string key, string uploadId, IEnumerable<(int Number, string ETag)> parts, CancellationToken cancellationToken)
    {
        var list = string.Concat(parts.Select(
            part => string.Create(CultureInfo.InvariantCulture, $"<Part><PartNumber>{part.Number}</PartNumber><ETag>{part.ETag}</ETag></Part>")));
        var body = Encoding.UTF8.GetBytes($"<CompleteMultipartUpload>{list}</CompleteMultipartUpload>");
        return SendAsync("POST", $"/{Name}/{key}?uploadId={uploadId}", body, cancellationToken);
    }

    public Task<CrashAnswer> AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken)
        => SendAsync("DELETE", $"/{Name}/{key}?uploadId={uploadId}", [], cancellationToken);

    /// <summary>The object's bytes; null when it is absent.</summary>
    public async Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        var answer = await SendAsync("GET", $"/{Name}/{key}", [], cancellationToken);
        return answer.Status == HttpStatusCode.NotFound ? null : answer.Expect(HttpStatusCode.OK).Body;
    }

    /// <summary>Uploads in parts; only the answer to Complete is the outcome.</summary>
    public async Task<CrashAnswer> PutInPartsAsync(string key, IReadOnlyList<byte[]> parts, CancellationToken cancellationToken)
    {
        var uploadId = await CreateUploadAsync(key, cancellationToken);
        var list = new List<(int, string)>();
        for (var i = 0; i < parts.Count; i++)
        {
            list.Add((i + 1, await PutPartAsync(key, uploadId, i + 1, parts[i], cancellationToken)));
        }

        return await CompleteUploadAsync(key, uploadId, list, cancellationToken);
    }

    /// <summary>All keys of the bucket, page by page.</summary>
    public async Task<List<string>> ListAsync(CancellationToken cancellationToken)
    {
        var keys = new List<string>();
        while (true)
        {
            var marker = keys.Count == 0 ? "" : "&marker=" + Uri.EscapeDataString(keys[^1]);
            var page = (await SendAsync("GET", $"/{Name}?max-keys=50{marker}", [], cancellationToken)).Expect(HttpStatusCode.OK);
            var text = Encoding.UTF8.GetString(page.Body);
            keys.AddRange(Keys().Matches(text).Select(match => match.Groups["key"].Value));
            if (!text.Contains("<IsTruncated>true</IsTruncated>", StringComparison.Ordinal))
            {
                return keys;
            }
        }
    }

    /// <summary>All versions and delete markers of the bucket, page by page: by key, and of each key the newest first.</summary>
    public async Task<List<(string Key, string Id, bool IsMarker, bool IsLatest)>> ListVersionsAsync(string prefix, int pageSize, CancellationToken cancellationToken)
    {
        var rows = new List<(string Key, string Id, bool IsMarker, bool IsLatest)>();
        for (var more = ""; ;)
        {
            var target = string.Create(CultureInfo.InvariantCulture, $"/{Name}?versions&max-keys={pageSize}&prefix={Uri.EscapeDataString(prefix)}{more}");
            var page = Encoding.UTF8.GetString((await SendAsync("GET", target, [], cancellationToken)).Expect(HttpStatusCode.OK).Body);
            rows.AddRange(Versions().Matches(page).Select(row =>
                (row.Groups["key"].Value, row.Groups["id"].Value, row.Groups["kind"].Value == "DeleteMarker", row.Groups["latest"].Value == "true")));
            if (!page.Contains("<IsTruncated>true</IsTruncated>", StringComparison.Ordinal))
            {
                return rows;
            }

            more = $"&key-marker={Uri.EscapeDataString(rows[^1].Key)}&version-id-marker={rows[^1].Id}";
        }
    }

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("<(?<kind>Version|DeleteMarker)><Key>(?<key>[^<]+)</Key><VersionId>(?<id>[^<]+)</VersionId><IsLatest>(?<latest>[^<]+)<", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Versions();

    [GeneratedRegex("<UploadId>(?<id>[^<]+)</UploadId>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UploadId();

    [GeneratedRegex("<Key>(?<key>[^<]+)</Key>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Keys();

    /// <summary>A presigned request as it stands, and its whole answer.</summary>
    public async Task<CrashAnswer> SendAsync(
        string method, string target, byte[] body, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        var signed = new TestRequest(method, target, Endpoint.Authority);
        foreach (var (name, value) in headers)
        {
            signed.With(name, value);
        }

        _signer.Presign(signed, TimeProvider.System.GetUtcNow(), alsoSign: [.. headers.Select(header => header.Name)]);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Endpoint, signed.Target));
        if (method is "PUT" or "POST")
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentMD5 = method == "POST" ? MD5.HashData(body) : null;
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            var versionId = response.Headers.TryGetValues("x-amz-version-id", out var ids) ? ids.First() : null;
            return new CrashAnswer(response.StatusCode, response.Headers.ETag?.Tag ?? "", bytes) { VersionId = versionId };
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            // A connection that breaks the moment it is made is told as what the socket said, not as a failed request.
            throw new OutcomeUnknownException(e);
        }
    }
}

/// <summary>A whole answer.</summary>
internal sealed record CrashAnswer(HttpStatusCode Status, string ETag, byte[] Body)
{
    /// <summary>The version that was read, written or removed; null where none is told.</summary>
    public string? VersionId { get; init; }

    /// <summary>This answer, when it has that status.</summary>
    public CrashAnswer Expect(HttpStatusCode status)
        => Status == status ? this : throw new InvalidOperationException($"{(int)Status} instead of {(int)status}: {Encoding.UTF8.GetString(Body)}");
}
