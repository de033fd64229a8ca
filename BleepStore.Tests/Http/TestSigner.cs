using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace BleepStore.Tests.Http;

/// <summary>
/// Signs requests as a client would. Written from AWS's documentation alone and sharing no code with the server, so that the two prove each
/// other; checked against AWS's published examples.
/// </summary>
internal sealed partial class TestSigner(string accessKey, string secret, string region = "us-east-1")
{
    public const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";
    public const string Streaming = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    public const string StreamingTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    public const string StreamingUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

    public string AccessKey => accessKey;

    public string Region { get; init; } = region;

    public string Service { get; init; } = "s3";

    public string Terminator { get; init; } = "aws4_request";

    /// <summary>
    /// Adds <c>x-amz-date</c> and <c>x-amz-content-sha256</c> where they are missing, and the Authorization header over host, every
    /// <c>x-amz-*</c> header and those of <paramref name="alsoSign"/>.
    /// </summary>
    /// <returns>The signature: the seed of a chunk-signed body.</returns>
    public string SignHeader(TestRequest request, DateTimeOffset at, string? payloadHash = null, params string[] alsoSign)
    {
        if (request.Header("x-amz-content-sha256") is null)
        {
            request.With("x-amz-content-sha256", payloadHash ?? HexSha256(request.Body));
        }

        if (request.Header("x-amz-date") is null)
        {
            request.With("x-amz-date", AmzDate(at));
        }

        var signed = request.Headers.Select(header => header.Key.ToLowerInvariant())
            .Where(name => name.StartsWith("x-amz-", StringComparison.Ordinal))
            .Concat(alsoSign).Append("host").Distinct().Order(StringComparer.Ordinal);
        return SignHeaderWith(request, at, string.Join(';', signed));
    }

    /// <summary>Adds the Authorization header over exactly that list of headers, well formed or not.</summary>
    public string SignHeaderWith(TestRequest request, DateTimeOffset at, string signedHeaders)
    {
        var signature = SignatureOf(request, AmzDate(at), signedHeaders, request.Header("x-amz-content-sha256") ?? UnsignedPayload);
        request.Set("Authorization",
            $"AWS4-HMAC-SHA256 Credential={accessKey}/{Scope(at)}, SignedHeaders={signedHeaders}, Signature={signature}");
        return signature;
    }

    /// <summary>Makes a presigned URL of the request, over host and the headers of <paramref name="alsoSign"/>.</summary>
    public string Presign(
        TestRequest request, DateTimeOffset at, string expires = "3600", string payloadHash = UnsignedPayload, params string[] alsoSign)
        => PresignWith(request, at, expires, string.Join(';', alsoSign.Append("host").Order(StringComparer.Ordinal)), payloadHash);

    /// <summary>Makes a presigned URL over exactly that list of headers, well formed or not.</summary>
    public string PresignWith(
        TestRequest request, DateTimeOffset at, string expires, string signedHeaders, string payloadHash = UnsignedPayload)
    {
        request.WithQuery($"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={Escape($"{accessKey}/{Scope(at)}")}&X-Amz-Date={AmzDate(at)}"
            + $"&X-Amz-Expires={expires}&X-Amz-SignedHeaders={Escape(signedHeaders)}");
        var signature = SignatureOf(request, AmzDate(at), signedHeaders, payloadHash);
        request.WithQuery("X-Amz-Signature=" + signature);
        return signature;
    }

    /// <summary>The canonical request, for tests that compare it.</summary>
    public static string CanonicalRequest(TestRequest request, string signedHeaders, string payloadHash)
    {
        var path = string.Join('/', Uri.UnescapeDataString(request.RawPath).Split('/').Select(Escape));
        var query = string.Join('&', request.RawQuery.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Select(pair => (Name: Recode(pair[0]), Value: pair.Length > 1 ? Recode(pair[1]) : ""))
            .OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal)
            .Select(pair => $"{pair.Name}={pair.Value}"));
        var headers = string.Concat(signedHeaders.Split(';').Select(name => $"{name}:{HeaderValue(request, name)}\n"));
        return $"{request.Method}\n{path}\n{query}\n{headers}\n{signedHeaders}\n{payloadHash}";
    }

    /// <summary>The body with a signature in every chunk, chained from the request's own; the last chunk is empty.</summary>
    /// <param name="data">What is stored.</param>
    /// <param name="chunkSize">Bytes in every chunk but the last ones.</param>
    /// <param name="at">The time of signing.</param>
    /// <param name="seed">The request's signature.</param>
    /// <param name="trailers">Trailers of the …-TRAILER form, lower-case names; none for the plain form.</param>
    public byte[] SignedChunks(byte[] data, int chunkSize, DateTimeOffset at, string seed, params (string Name, string Value)[] trailers)
    {
        using var body = new MemoryStream();
        var previous = seed;
        foreach (var chunk in data.Chunk(chunkSize).Append([]))
        {
            previous = Hmac($"AWS4-HMAC-SHA256-PAYLOAD\n{AmzDate(at)}\n{Scope(at)}\n{previous}\n{EmptyHash}\n{HexSha256(chunk)}", at);
            Write(body, string.Create(CultureInfo.InvariantCulture, $"{chunk.Length:x};chunk-signature={previous}\r\n"));
            body.Write(chunk);
            if (chunk.Length > 0 || trailers.Length == 0)
            {
                Write(body, "\r\n");
            }
        }

        if (trailers.Length > 0)
        {
            var canonical = string.Concat(trailers.Select(trailer => $"{trailer.Name}:{trailer.Value}\n"));
            var signature = Hmac(
                $"AWS4-HMAC-SHA256-TRAILER\n{AmzDate(at)}\n{Scope(at)}\n{previous}\n{HexSha256(Encoding.UTF8.GetBytes(canonical))}", at);
            Write(body, canonical.Replace("\n", "\r\n", StringComparison.Ordinal) + $"x-amz-trailer-signature:{signature}\r\n\r\n");
        }

        return body.ToArray();
    }

    /// <summary>The body of STREAMING-UNSIGNED-PAYLOAD-TRAILER: chunks without signatures, then the trailers.</summary>
    public static byte[] UnsignedChunks(byte[] data, int chunkSize, params (string Name, string Value)[] trailers)
    {
        using var body = new MemoryStream();
        foreach (var chunk in data.Chunk(chunkSize))
        {
            Write(body, string.Create(CultureInfo.InvariantCulture, $"{chunk.Length:x}\r\n"));
            body.Write(chunk);
            Write(body, "\r\n");
        }

        Write(body, "0\r\n" + string.Concat(trailers.Select(trailer => $"{trailer.Name}:{trailer.Value}\r\n")) + "\r\n");
        return body.ToArray();
    }

    public static string AmzDate(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    public static string HexSha256(byte[] data) => Convert.ToHexStringLower(SHA256.HashData(data));

    public string Scope(DateTimeOffset at) => $"{AmzDate(at)[..8]}/{Region}/{Service}/{Terminator}";

    /// <summary>The signature of any string to sign.</summary>
    public string Hmac(string stringToSign, DateTimeOffset at)
    {
        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var part in Scope(at).Split('/'))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(stringToSign)));
    }

    private string SignatureOf(TestRequest request, string amzDate, string signedHeaders, string payloadHash)
    {
        var canonical = CanonicalRequest(request, signedHeaders, payloadHash);
        var at = DateTimeOffset.ParseExact(amzDate, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return Hmac($"AWS4-HMAC-SHA256\n{amzDate}\n{Scope(at)}\n{HexSha256(Encoding.UTF8.GetBytes(canonical))}", at);
    }

    private static string HeaderValue(TestRequest request, string name) => name.ToLowerInvariant() switch
    {
        "host" => request.Host,
        "content-length" when request.Header(name) is null => request.Body.Length.ToString(CultureInfo.InvariantCulture),
        _ => string.Join(',', request.Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(header => Blanks().Replace(header.Value.Trim(), " "))),
    };

    private static string Recode(string text) => Escape(Uri.UnescapeDataString(text.Replace('+', ' ')));

    // The framework leaves exactly the characters that S3 leaves.
    private static string Escape(string text) => Uri.EscapeDataString(text);

    private static void Write(MemoryStream body, string text) => body.Write(Encoding.ASCII.GetBytes(text));

    [GeneratedRegex("[ \t]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blanks();
}
