using System.Globalization;
using System.Text.RegularExpressions;
using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.Workloads;

/// <summary>An open upload.</summary>
internal sealed record OpenUpload(string Key, string UploadId);

/// <summary>Opens uploads and sends their parts before a run.</summary>
internal static partial class MultipartUploads
{
    /// <summary>Opens uploads of keys <c>multipart/…</c>.</summary>
    public static OpenUpload[] Open(RequestFactory requests, Preparation preparation, int count)
        => [.. Enumerable.Range(0, count)
            .Select(number => string.Create(CultureInfo.InvariantCulture, $"multipart/{number:d4}"))
            .Select(key => new OpenUpload(key, preparation.Send(requests.CreateUpload(key), connection => UploadId().Match(connection.LastBody).Groups["id"].Value)))];

    /// <summary>Sends one part and gives its ETag, in quotes as S3 gives it.</summary>
    public static string SendPart(RequestFactory requests, Preparation preparation, OpenUpload upload, int partNumber, Payload payload)
        => preparation.Send(
            requests.UploadPart(upload.Key, upload.UploadId, partNumber, payload), connection => ETag().Match(connection.LastHead).Groups["tag"].Value);

    [GeneratedRegex("<UploadId>(?<id>[^<]+)</UploadId>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UploadId();

    [GeneratedRegex("^etag: *(?<tag>[^\r]+)", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ETag();
}
