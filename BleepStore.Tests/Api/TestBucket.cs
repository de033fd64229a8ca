using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Checksums;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>A fresh bucket on a test host, and the requests that tests make of it: signed, sent and read byte for byte.</summary>
internal sealed class TestBucket
{
    private static int s_count;

    private TestBucket(S3TestHost host, string name)
    {
        Host = host;
        Name = name;
    }

    public S3TestHost Host { get; }

    public string Name { get; }

    public static async Task<TestBucket> CreateAsync(S3TestHost host, Credential? owner = null)
    {
        var bucket = Unmade(host);
        (await bucket.SendAsync(bucket.Request("PUT"), owner)).Status.ShouldBe(200);
        return bucket;
    }

    /// <summary>A bucket of a fresh name that the test makes itself.</summary>
    public static TestBucket Unmade(S3TestHost host)
        => new(host, string.Create(CultureInfo.InvariantCulture, $"bucket-{Interlocked.Increment(ref s_count)}"));

    /// <summary>Bytes that repeat with the seed and nowhere else.</summary>
    public static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static string Md5(byte[] bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));

    public static string Checksum(ChecksumAlgorithm algorithm, byte[] bytes)
    {
        using var running = RunningChecksum.Create(algorithm);
        running.Append(bytes);
        return Convert.ToBase64String(running.Finish());
    }

    public TestRequest Request(string method, string? key = null, string query = "")
    {
        var path = $"/{Name}" + (key is null ? "" : "/" + string.Join('/', key.Split('/').Select(Uri.EscapeDataString)));
        return new TestRequest(method, query.Length == 0 ? path : $"{path}?{query}", Host.Endpoint.Authority);
    }

    /// <summary>Signs the request as that account, the root by default, and sends it.</summary>
    public Task<RawResponse> SendAsync(TestRequest request, Credential? who = null, string? payloadHash = null)
    {
        Signer(who).SignHeader(request, TimeProvider.System.GetUtcNow(), payloadHash);
        return SendAsItIsAsync(request);
    }

    /// <summary>Sends the request as it is, signed or not.</summary>
    public Task<RawResponse> SendAsItIsAsync(TestRequest request)
        => RawConnection.SendAsync(Host.Endpoint, request, TestContext.Current.CancellationToken);

    public static TestSigner Signer(Credential? who = null)
    {
        who ??= S3TestHost.Root;
        return new TestSigner(who.AccessKey, who.Secret);
    }

    public Task<RawResponse> SendAsync(string method, string? key, string query, byte[]? body, params (string Name, string Value)[] headers)
    {
        var request = Request(method, key, query);
        request.Body = body ?? [];
        foreach (var (name, value) in headers)
        {
            request.With(name, value);
        }

        return SendAsync(request);
    }

    public Task<RawResponse> PutAsync(string key, byte[] body, params (string Name, string Value)[] headers)
        => SendAsync("PUT", key, "", body, headers);

    public Task<RawResponse> PutAsync(string key, string body, params (string Name, string Value)[] headers)
        => SendAsync("PUT", key, "", Encoding.UTF8.GetBytes(body), headers);

    public Task<RawResponse> GetAsync(string key, params (string Name, string Value)[] headers) => SendAsync("GET", key, "", null, headers);

    public Task<RawResponse> HeadAsync(string key, params (string Name, string Value)[] headers) => SendAsync("HEAD", key, "", null, headers);

    public Task<RawResponse> DeleteAsync(string key, params (string Name, string Value)[] headers) => SendAsync("DELETE", key, "", null, headers);

    /// <summary>Copies a key of this bucket within it.</summary>
    public Task<RawResponse> CopyAsync(string source, string key, params (string Name, string Value)[] headers)
        => SendAsync("PUT", key, "", null, [("x-amz-copy-source", $"/{Name}/{Uri.EscapeDataString(source)}"), .. headers]);

    /// <summary>Sets the versioning of the bucket: <c>Enabled</c> or <c>Suspended</c>.</summary>
    public Task<RawResponse> SetVersioningAsync(string state)
        => SendAsync(
            "PUT",
            null,
            "versioning",
            Encoding.UTF8.GetBytes(
                $"<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>{state}</Status></VersioningConfiguration>"));

    /// <summary>Opens an upload and returns its id.</summary>
    public async Task<string> CreateUploadAsync(string key, params (string Name, string Value)[] headers)
    {
        var response = await SendAsync("POST", key, "uploads", null, headers);
        response.Status.ShouldBe(200, response.Text);
        return response.Element("UploadId")!;
    }

    public Task<RawResponse> PutPartAsync(string key, string uploadId, int number, byte[] body, params (string Name, string Value)[] headers)
        => SendAsync("PUT", key, string.Create(CultureInfo.InvariantCulture, $"partNumber={number}&uploadId={uploadId}"), body, headers);

    public Task<RawResponse> CompleteAsync(string key, string uploadId, string partList, params (string Name, string Value)[] headers)
        => SendAsync("POST", key, $"uploadId={uploadId}", Encoding.UTF8.GetBytes(partList), headers);

    /// <summary>Uploads the parts, numbered from 1, and completes.</summary>
    public async Task<RawResponse> PutInPartsAsync(string key, byte[][] parts, params (string Name, string Value)[] headers)
    {
        var uploadId = await CreateUploadAsync(key, headers);
        for (var i = 0; i < parts.Length; i++)
        {
            (await PutPartAsync(key, uploadId, i + 1, parts[i])).Status.ShouldBe(200);
        }

        var completed = await CompleteAsync(key, uploadId, PartList([.. parts.Select((part, i) => (i + 1, Md5(part)))]));
        completed.Status.ShouldBe(200, completed.Text);
        completed.ErrorCode.ShouldBeNull();
        return completed;
    }

    public static string PartList(params (int Number, string ETag)[] parts)
        => "<CompleteMultipartUpload>"
            + string.Concat(parts.Select(part => string.Create(
                CultureInfo.InvariantCulture, $"<Part><PartNumber>{part.Number}</PartNumber><ETag>\"{part.ETag}\"</ETag></Part>")))
            + "</CompleteMultipartUpload>";

    /// <summary>The list of parts numbered from 1, with their checksums.</summary>
    public static string PartList(ChecksumAlgorithm algorithm, params byte[][] parts)
        => "<CompleteMultipartUpload>"
            + string.Concat(parts.Select((part, i) => string.Create(
                CultureInfo.InvariantCulture,
                $"<Part><PartNumber>{i + 1}</PartNumber><ETag>{Md5(part)}</ETag><Checksum{algorithm.Info().Name}>{Checksum(algorithm, part)}</Checksum{algorithm.Info().Name}></Part>")))
            + "</CompleteMultipartUpload>";

    /// <summary>How many bodies the metadata keeps by itself.</summary>
    public async Task<int> CountInlineBodiesAsync()
        => (await Host.Metadata.ListInlineBodiesAsync(after: null, int.MaxValue, TestContext.Current.CancellationToken)).Length;

    /// <summary>How many blobs storage and metadata hold together.</summary>
    public async Task<int> CountBlobsAsync()
    {
        var count = await CountInlineBodiesAsync();
        await foreach (var _ in Host.Storage.ListAsync(TestContext.Current.CancellationToken))
        {
            count++;
        }

        return count;
    }

    /// <summary>Collects until nothing is left that may go.</summary>
    public async Task CollectAsync()
    {
        // The collection in the background may have one batch in its hands: after two empty passes of ours in a row it has not.
        for (var empty = 0; empty < 2;)
        {
            empty = await Host.Collector.CollectBatchAsync(TestContext.Current.CancellationToken) ? 0 : empty + 1;
        }
    }
}
