using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BleepStore.Benchmarks.Wire;

namespace BleepStore.Benchmarks.Workloads;

/// <summary>Makes the requests of S3's operations for one server, ready to be sent within the quarter of an hour that their signatures last.</summary>
internal sealed class RequestFactory(S3Endpoint endpoint, TimeProvider time)
{
    private static readonly TimeSpan SignerAge = TimeSpan.FromMinutes(3);

    private RequestSigner? _signer;
    private DateTimeOffset _signedAt;

    private RequestSigner Signer
    {
        get
        {
            var now = time.GetUtcNow();
            if (_signer is null || now - _signedAt > SignerAge)
            {
                _signer = new RequestSigner(endpoint, now);
                _signedAt = now;
            }

            return _signer;
        }
    }

    private string BucketPath => "/" + endpoint.Bucket;

    public PreparedRequest HeadBucket() => Presigned("HEAD", BucketPath, [], null);

    public PreparedRequest CreateBucket() => Presigned("PUT", BucketPath, [], Payload.Empty);

    public PreparedRequest Get(string key, long lengthBytes)
        => Presigned("GET", endpoint.PathOf(key), [], null, answerBytes: lengthBytes);

    public PreparedRequest GetRange(string key, long offset, int lengthBytes)
    {
        var range = string.Create(CultureInfo.InvariantCulture, $"Range: bytes={offset}-{offset + lengthBytes - 1}\r\n");
        return Presigned("GET", endpoint.PathOf(key), [], null, range, lengthBytes);
    }

    public PreparedRequest Head(string key) => Presigned("HEAD", endpoint.PathOf(key), [], null);

    public PreparedRequest Delete(string key) => Presigned("DELETE", endpoint.PathOf(key), [], null);

    public PreparedRequest List(IEnumerable<(string Name, string Value)> parameters, long? answerBytes = null)
        => Presigned("GET", BucketPath, [("list-type", "2"), .. parameters], null, answerBytes: answerBytes);

    public PreparedRequest Put(string key, Payload payload, UploadProof proof) => Upload(endpoint.PathOf(key), [], payload, proof);

    /// <summary>DeleteObjects in the quiet form, where the answer names errors only.</summary>
    public PreparedRequest DeleteObjects(IEnumerable<string> keys)
    {
        var document = $"<Delete><Quiet>true</Quiet>{string.Concat(keys.Select(key => $"<Object><Key>{key}</Key></Object>"))}</Delete>";
        return Document(BucketPath, [("delete", "")], document);
    }

    public PreparedRequest CreateUpload(string key) => Presigned("POST", endpoint.PathOf(key), [("uploads", "")], Payload.Empty);

    public PreparedRequest UploadPart(string key, string uploadId, int partNumber, Payload payload)
        => Upload(
            endpoint.PathOf(key),
            [("partNumber", partNumber.ToString(CultureInfo.InvariantCulture)), ("uploadId", uploadId)],
            payload,
            UploadProof.Presigned);

    /// <summary>CompleteMultipartUpload of the parts from 1 on, with these ETags.</summary>
    public PreparedRequest CompleteUpload(string key, string uploadId, IReadOnlyList<string> eTags)
    {
        var parts = eTags.Select((eTag, index) =>
            string.Create(CultureInfo.InvariantCulture, $"<Part><PartNumber>{index + 1}</PartNumber><ETag>{eTag}</ETag></Part>"));
        return Document(
            endpoint.PathOf(key), [("uploadId", uploadId)], $"<CompleteMultipartUpload>{string.Concat(parts)}</CompleteMultipartUpload>");
    }

    public PreparedRequest AbortUpload(string key, string uploadId) => Presigned("DELETE", endpoint.PathOf(key), [("uploadId", uploadId)], null);

    private PreparedRequest Upload(string path, IReadOnlyList<(string Name, string Value)> parameters, Payload payload, UploadProof proof) => proof.Form switch
    {
        UploadForm.Presigned => Presigned("PUT", path, parameters, payload),
        UploadForm.Unsigned => Signed(path, parameters, payload, RequestSigner.UnsignedPayload, ChecksumHeader(payload, proof.Checksum)),
        UploadForm.Sha256 => Signed(path, parameters, payload, payload.Sha256, ChecksumHeader(payload, proof.Checksum)),
        UploadForm.SignedChunks => new ChunkedUpload(Signer, path, RequestSigner.CanonicalQuery(parameters), payload).Signed(),
        _ => new ChunkedUpload(Signer, path, RequestSigner.CanonicalQuery(parameters), payload).WithTrailer(proof.Checksum ?? Crc.Crc32),
    };

    private PreparedRequest Presigned(
        string method,
        string path,
        IEnumerable<(string Name, string Value)> parameters,
        Payload? payload,
        string headers = "",
        long? answerBytes = null)
    {
        var length = payload is null ? "" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {payload.LengthBytes}\r\n");
        var head = $"{method} {Signer.Presign(method, path, parameters)} HTTP/1.1\r\nHost: {endpoint.Host}\r\n{headers}{length}";
        return new PreparedRequest(head, payload?.Pieces ?? [], payload?.LengthBytes ?? 0)
        {
            AnswerBytes = answerBytes,
        };
    }

    private PreparedRequest Signed(
        string path,
        IEnumerable<(string Name, string Value)> parameters,
        Payload payload,
        string payloadHash,
        IEnumerable<(string Name, string Value)> headers)
        => SignedHead("PUT", path, RequestSigner.CanonicalQuery(parameters), payload, payloadHash, headers);

    // S3 wants a digest of such documents in any case. A good status may hide an error that occurred after it was sent.
    private PreparedRequest Document(string path, IEnumerable<(string Name, string Value)> parameters, string document)
    {
        var bytes = Encoding.UTF8.GetBytes(document);
        var payload = new Payload(bytes);
        return SignedHead(
            "POST",
            path,
            RequestSigner.CanonicalQuery(parameters),
            payload,
            payload.Sha256,
            [("content-md5", Convert.ToBase64String(MD5.HashData(bytes)))],
            mayHideError: true);
    }

    private PreparedRequest SignedHead(
        string method,
        string path,
        string query,
        Payload payload,
        string payloadHash,
        IEnumerable<(string Name, string Value)> headers,
        bool mayHideError = false)
    {
        var (lines, _) = Signer.SignHeaders(method, path, query, payloadHash, headers);
        var target = query.Length == 0 ? path : $"{path}?{query}";
        var head = string.Create(CultureInfo.InvariantCulture, $"{method} {target} HTTP/1.1\r\n{lines}content-length: {payload.LengthBytes}\r\n");
        return new PreparedRequest(head, payload.Pieces, payload.LengthBytes)
        {
            MayHideError = mayHideError,
        };
    }

    private static IEnumerable<(string Name, string Value)> ChecksumHeader(Payload payload, Crc? checksum)
        => checksum is null ? [] : [(checksum.HeaderName, payload.ChecksumOf(checksum))];
}
