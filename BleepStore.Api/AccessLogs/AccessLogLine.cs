using System.Globalization;
using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Encryption;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace BleepStore.Api.AccessLogs;

/// <summary>
/// One line of a bucket's access log: https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html. Fields are parted by spaces, so what
/// clients send is escaped: nobody can write another field or line. Signatures, session tokens and keys of customers are left out.
/// </summary>
internal static class AccessLogLine
{
    private static readonly string[] Secrets =
    [
        "X-Amz-Signature", "X-Amz-Security-Token", "Signature", EncryptionHeaders.CustomerKeyValue, EncryptionHeaders.SourceCustomerKey,
    ];

    /// <summary>The line, with its end.</summary>
    /// <param name="bucket">The bucket that is logged.</param>
    /// <param name="exchange">The request.</param>
    /// <param name="response">Its answer.</param>
    /// <param name="received">When the request came.</param>
    /// <param name="duration">How long it took.</param>
    public static string Format(BucketRecord bucket, Exchange exchange, S3Response response, DateTimeOffset received, TimeSpan duration)
    {
        var (context, incoming) = (exchange.Context, exchange.Incoming ?? throw new InvalidOperationException("Only parsed requests are logged."));
        var tls = context.Features.Get<ITlsHandshakeFeature>();
        string[] fields =
        [
            bucket.OwnerId,
            bucket.Name,
            received.UtcDateTime.ToString("'['dd/MMM/yyyy:HH:mm:ss '+0000]'", CultureInfo.InvariantCulture),
            context.Connection.RemoteIpAddress?.ToString() ?? "-",
            Requester(exchange.Caller),
            exchange.RequestId,
            AccessLogOperation.Of(incoming, exchange.Definition),
            incoming.Key is { } key ? Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal) : "-",
            Quote($"{incoming.Method} {WithoutSecrets(context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? incoming.RawPath)} {context.Request.Protocol}"),
            response.Status.ToString(CultureInfo.InvariantCulture),
            response.Error?.Code ?? Header(response, "x-amz-error-code") ?? "-",
            Number(exchange.BytesSent),
            ObjectSize(incoming, response),
            duration.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture),
            "-",
            Quote(context.Request.Headers.Referer.ToString()),
            Quote(context.Request.Headers.UserAgent.ToString()),
            Header(response, "x-amz-version-id") ?? "-",
            S3ResponseWriter.HostId(exchange.RequestId),
            SignatureVersion(exchange.Verified),
            tls?.NegotiatedCipherSuite?.ToString() ?? "-",
            AuthenticationType(exchange.Verified),
            Escape(incoming.Host),
            tls is null ? "-" : tls.Protocol.ToString().Replace("Tls1", "TLSv1.", StringComparison.Ordinal).TrimEnd('.'),
            "-",
            "-",
        ];
        return string.Join(' ', fields) + "\n";
    }

    private static string Requester(Caller? caller) => caller is not Caller.Account account ? "-"
        : account.User is null && account.Session is null ? account.AccountId
        : account.Arn;

    private static string SignatureVersion(VerifiedRequest? request)
        => request is null || SignatureFacts.Version(request) is not { } version ? "-" : version == SignatureV4.Algorithm ? "SigV4" : "SigV2";

    private static string AuthenticationType(VerifiedRequest? request) => request is null ? "-" : SignatureFacts.AuthType(request) switch
    {
        "REST-HEADER" => "AuthHeader",
        "REST-QUERY-STRING" => "QueryString",
        "POST" => "QueryString",
        _ => "-",
    };

    private static string ObjectSize(IncomingRequest request, S3Response response)
    {
        if (request.Key is null || response.Error is not null)
        {
            return "-";
        }

        if (Header(response, "Content-Range") is { } range)
        {
            return range[(range.IndexOf('/', StringComparison.Ordinal) + 1)..];
        }

        return request.Method is "GET" or "HEAD" ? Number(response.ContentLength ?? 0)
            : request.Method == "PUT" ? request.Header("x-amz-decoded-content-length") is { } decoded && S3Number.TryParse(decoded, out long size) ? Number(size)
            : Number(request.ContentLength ?? 0)
            : "-";
    }

    private static string Number(long value) => value == 0 ? "-" : value.ToString(CultureInfo.InvariantCulture);

    private static string? Header(S3Response response, string name)
    {
        foreach (var (header, value) in response.Headers)
        {
            if (header == name)
            {
                return value;
            }
        }

        return null;
    }

    private static string WithoutSecrets(string target)
    {
        var question = target.IndexOf('?', StringComparison.Ordinal);
        return question < 0
            ? target
            : target[..(question + 1)] + string.Join('&', target[(question + 1)..].Split('&').Select(pair =>
            {
                var equals = pair.IndexOf('=', StringComparison.Ordinal);
                // As the server reads names: a name that is escaped hides nothing.
                return equals >= 0 && Secrets.Contains(Uri.UnescapeDataString(pair[..equals]), StringComparer.OrdinalIgnoreCase) ? pair[..equals] + "=REDACTED" : pair;
            }));
    }

    private static string Quote(string text) => text.Length == 0 ? "\"-\"" : $"\"{Escape(text, keepSpaces: true)}\"";

    private static string Escape(string text, bool keepSpaces = false)
    {
        if (text.All(c => (c > ' ' || (keepSpaces && c == ' ')) && c is not ('"' or '\u007F')))
        {
            return text.Length == 0 ? "-" : text;
        }

        var escaped = new StringBuilder();
        foreach (var c in text)
        {
            _ = c is '"' or '\u007F' || c < ' ' || (c == ' ' && !keepSpaces)
                ? escaped.Append('%').Append(((int)c).ToString("X2", CultureInfo.InvariantCulture))
                : escaped.Append(c);
        }

        return escaped.ToString();
    }
}
