using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BleepStore.Benchmarks.Wire;

/// <summary>
/// Signs what the generator sends, with Signature Version 4 and one signing key for the whole run. Shares no code with the server, so that a load run
/// also proves that somebody else's signatures are accepted.
/// </summary>
internal sealed class RequestSigner
{
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    /// <summary>A week: the longest that S3 allows.</summary>
    private const string Expires = "604800";

    private readonly S3Endpoint _endpoint;
    private readonly string _date;
    private readonly string _scope;
    private readonly byte[] _signingKey;

    public RequestSigner(S3Endpoint endpoint, DateTimeOffset at)
    {
        _endpoint = endpoint;
        _date = at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        _scope = $"{_date[..8]}/{endpoint.Region}/s3/aws4_request";
        _signingKey = _scope.Split('/').Aggregate(
            Encoding.UTF8.GetBytes("AWS4" + endpoint.SecretKey), (key, part) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part)));
    }

    /// <summary>The target of a presigned request: path, query and signature.</summary>
    public string Presign(string method, string path, params IEnumerable<(string Name, string Value)> parameters)
    {
        var query = CanonicalQuery(parameters.Concat(
        [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", $"{_endpoint.AccessKey}/{_scope}"),
            ("X-Amz-Date", _date),
            ("X-Amz-Expires", Expires),
            ("X-Amz-SignedHeaders", "host"),
        ]));
        var signature = Sign($"{method}\n{path}\n{query}\nhost:{_endpoint.Host}\n\nhost\n{UnsignedPayload}");
        return $"{path}?{query}&X-Amz-Signature={signature}";
    }

    /// <summary>The header lines of a request that is signed in its header, each ended by CR LF, and the signature that chunks go on from.</summary>
    /// <param name="method">The request's method.</param>
    /// <param name="path">Its raw path.</param>
    /// <param name="query">Its canonical query, see <see cref="CanonicalQuery"/>.</param>
    /// <param name="payloadHash">What <c>x-amz-content-sha256</c> says.</param>
    /// <param name="headers">Further headers, with lower-case names; all are signed.</param>
    public (string Lines, string Signature) SignHeaders(
        string method, string path, string query, string payloadHash, params IEnumerable<(string Name, string Value)> headers)
    {
        var all = headers
            .Concat([("host", _endpoint.Host), ("x-amz-content-sha256", payloadHash), ("x-amz-date", _date)])
            .OrderBy(header => header.Item1, StringComparer.Ordinal)
            .ToArray();
        var signed = string.Join(';', all.Select(header => header.Item1));
        var canonical = string.Concat(all.Select(header => $"{header.Item1}:{header.Item2}\n"));
        var signature = Sign($"{method}\n{path}\n{query}\n{canonical}\n{signed}\n{payloadHash}");
        var lines = string.Concat(all.Select(header => $"{header.Item1}: {header.Item2}\r\n"));
        return ($"{lines}authorization: AWS4-HMAC-SHA256 Credential={_endpoint.AccessKey}/{_scope},SignedHeaders={signed},Signature={signature}\r\n", signature);
    }

    /// <summary>The signature of one chunk, given the one before it and the hash of its data.</summary>
    public string SignChunk(string previous, string dataHash)
        => HmacHex($"AWS4-HMAC-SHA256-PAYLOAD\n{_date}\n{_scope}\n{previous}\n{HashHex([])}\n{dataHash}");

    /// <summary>Names and values escaped and sorted, as they are signed and sent.</summary>
    public static string CanonicalQuery(IEnumerable<(string Name, string Value)> parameters)
        => string.Join('&', parameters
            .Select(parameter => (Name: Uri.EscapeDataString(parameter.Name), Value: Uri.EscapeDataString(parameter.Value)))
            .OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
            .Select(parameter => $"{parameter.Name}={parameter.Value}"));

    public static string HashHex(ReadOnlySpan<byte> data) => Convert.ToHexStringLower(SHA256.HashData(data));

    private string Sign(string canonicalRequest)
        => HmacHex($"AWS4-HMAC-SHA256\n{_date}\n{_scope}\n{HashHex(Encoding.UTF8.GetBytes(canonicalRequest))}");

    private string HmacHex(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(_signingKey, Encoding.UTF8.GetBytes(text)));
}
