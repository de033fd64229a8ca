using System.Globalization;
using BleepStore.Benchmarks.Wire;

namespace BleepStore.Benchmarks.Workloads;

/// <summary>Makes the requests of S3's operations for one server, ready to be sent.</summary>
internal sealed class RequestFactory(S3Endpoint endpoint, RequestSigner signer)
{
    public PreparedRequest HeadBucket() => Presigned("HEAD", "/" + endpoint.Bucket);

    public PreparedRequest CreateBucket() => Presigned("PUT", "/" + endpoint.Bucket);

    public PreparedRequest Get(string key, long? lengthBytes) => Presigned("GET", endpoint.PathOf(key), answerBytes: lengthBytes);

    public PreparedRequest Head(string key) => Presigned("HEAD", endpoint.PathOf(key));

    public PreparedRequest Put(string key, Payload payload) => Presigned("PUT", endpoint.PathOf(key), payload);

    private PreparedRequest Presigned(string method, string path, Payload? payload = null, long? answerBytes = null)
    {
        var target = signer.Presign(method, path);
        var length = method is "GET" or "HEAD"
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {payload?.LengthBytes ?? 0}\r\n");
        var head = $"{method} {target} HTTP/1.1\r\nHost: {endpoint.Host}\r\n{length}";
        return new PreparedRequest(head, payload?.Pieces ?? [], payload?.LengthBytes ?? 0)
        {
            AnswerBytes = answerBytes,
        };
    }
}
