using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BleepStore.Tests.Http;

/// <summary>Signs requests with the old Signature Version 2, as boto and s3cmd still do. Shares no code with the server.</summary>
internal sealed class TestSignerV2(string accessKey, string secret)
{
    private static readonly string[] SubResources =
    [
        "acl", "cors", "delete", "lifecycle", "location", "logging", "notification", "partNumber", "policy", "requestPayment",
        "response-cache-control", "response-content-disposition", "response-content-encoding", "response-content-language",
        "response-content-type", "response-expires", "restore", "tagging", "torrent", "uploadId", "uploads", "versionId",
        "versioning", "versions", "website",
    ];

    /// <summary>Adds <c>AWSAccessKeyId</c>, <c>Expires</c> and <c>Signature</c> to the query.</summary>
    public void Presign(TestRequest request, string expires)
    {
        var signature = Sign(StringToSign(request, expires));
        request.WithQuery($"AWSAccessKeyId={Uri.EscapeDataString(accessKey)}&Expires={expires}")
            .WithQuery("Signature=" + Uri.EscapeDataString(signature));
    }

    /// <summary>Adds Date, where neither it nor <c>x-amz-date</c> is there, and Authorization.</summary>
    public void SignHeader(TestRequest request, DateTimeOffset at)
    {
        if (request.Header("Date") is null && request.Header("x-amz-date") is null)
        {
            request.With("Date", at.UtcDateTime.ToString("r", CultureInfo.InvariantCulture));
        }

        var date = request.Header("x-amz-date") is null ? request.Header("Date")! : "";
        request.Set("Authorization", $"AWS {accessKey}:{Sign(StringToSign(request, date))}");
    }

    public string Sign(string stringToSign)
        => Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(stringToSign)));

    private static string StringToSign(TestRequest request, string date)
    {
        var amzHeaders = string.Concat(request.Headers.Where(header => header.Key.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase))
            .GroupBy(header => header.Key.ToLowerInvariant(), StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"{group.Key}:{string.Join(',', group.Select(header => header.Value))}\n"));
        var resources = request.RawQuery.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(Uri.UnescapeDataString)
            .Where(pair => SubResources.Contains(pair.Split('=')[0]))
            .Order(StringComparer.Ordinal).ToList();
        var bucket = request.HostBucket is null ? "" : "/" + request.HostBucket;
        var query = resources.Count == 0 ? "" : "?" + string.Join('&', resources);
        var lines = $"{request.Method}\n{request.Header("Content-MD5")}\n{request.Header("Content-Type")}\n{date}\n";
        return $"{lines}{amzHeaders}{bucket}{request.RawPath}{query}";
    }
}
