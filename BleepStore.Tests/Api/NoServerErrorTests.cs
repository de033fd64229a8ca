using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>Whatever a client can send of headers, parameters and bodies, the answer is never that the server failed.</summary>
public abstract class NoServerErrorTests(ApiHost fixture)
{
    private const int Rounds = 1500;

    private static readonly string[] s_queries =
    [
        "", "uploads", "uploadId={id}", "uploadId={done}", "uploadId=x", "partNumber=1&uploadId={id}", "partNumber=2&uploadId={done}", "partNumber=1", "partNumber=7",
        "tagging", "acl", "versionId=null", "versionId=x", "versionId=3HL4kqtJvjVBH40Nrjfkd3HL4kqtJvjV", "response-content-type=a%0Ab", "response-expires=%00",
        "response-content-disposition=%C3%BC", "max-parts=0&uploadId={id}", "part-number-marker=99999999999&uploadId={id}", "x-id=GetObject", "foo=1", "foo",
        "tagging&versionId=x", "select&select-type=2", "restore", "retention", "legal-hold", "attributes", "torrent", "delete", "list-type=2", "=", "&&", "%00=%00",
    ];

    private static readonly (string Name, string[] Values)[] s_headers =
    [
        ("Range", ["bytes=0-0", "bytes=-1", "bytes=9-", "bytes=-", "bytes=5-2", "x", "bytes=0-99999999999999999999999"]),
        ("If-Match", ["*", "\"x\"", "\"", "", "W/\"x\"", "\"a\",\"b\""]),
        ("If-None-Match", ["*", "\"x\"", "", "\"8b1a9953c4611296a827abf8c47804d7\""]),
        ("If-Modified-Since", ["Sat, 01 Jan 2000 00:00:00 GMT", "x", ""]),
        ("If-Unmodified-Since", ["Sat, 01 Jan 2000 00:00:00 GMT", "x", "Fri, 31 Dec 9999 23:59:59 GMT"]),
        ("If-Range", ["\"x\"", "x", "", "Sat, 01 Jan 2000 00:00:00 GMT"]),
        ("x-amz-copy-source", ["{bucket}/object", "{bucket}/empty", "{bucket}/parts", "{bucket}/absent", "/", "%", "//", "{bucket}", "{bucket}/object?versionId=", "ü/ü", ""]),
        ("x-amz-copy-source-range", ["bytes=0-0", "bytes=0-", "x", "", "bytes=0-9223372036854775807"]),
        ("x-amz-copy-source-if-match", ["*", "\"x\""]),
        ("x-amz-metadata-directive", ["COPY", "REPLACE", "x", ""]),
        ("x-amz-tagging-directive", ["COPY", "REPLACE", "x"]),
        ("x-amz-tagging", ["a=b", "a", "", "=", "a=b&a=c", "%zz=1", "\u00fc=\u00fc", "aws:a=1", "a=%00"]),
        ("x-amz-storage-class", ["STANDARD", "STANDARD_IA", "GLACIER", "x", ""]),
        ("x-amz-acl", ["private", "public-read", "x", ""]),
        ("x-amz-grant-read", ["id=alice", "id=", "id=\"nobody\"", "uri=http://acs.amazonaws.com/groups/global/AllUsers", "x", "emailAddress=a@b"]),
        ("x-amz-meta-a", ["", "b", "\u00fc\u20ac", "=?UTF-8?B?AA==?=", "=?UTF-8?Q?=00=0D=0A?=", "\u0001", "\t"]),
        ("Content-Type", ["", "text/plain", "\u00fc", "\u0001", "a\tb"]),
        ("Content-Encoding", ["aws-chunked", "aws-chunked,", "gzip", ",,", ""]),
        ("Content-Disposition", ["\u00fc\ud83d\ude00", "\u007f", ""]),
        ("Expires", ["0", "\u0002", ""]),
        ("Content-MD5", ["JfnnlDI7RTiF9RgfG2JNCw==", "x", ""]),
        ("x-amz-checksum-crc32", ["AAAAAA==", "x", ""]),
        ("x-amz-checksum-sha256", ["AAAAAA==", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="]),
        ("x-amz-checksum-algorithm", ["CRC32", "SHA256", "CRC64NVME", "x", ""]),
        ("x-amz-checksum-type", ["COMPOSITE", "FULL_OBJECT", "x", ""]),
        ("x-amz-checksum-mode", ["ENABLED", "x"]),
        ("x-amz-sdk-checksum-algorithm", ["CRC32", "x", ""]),
        ("x-amz-mp-object-size", ["0", "5", "-1", "x", "99999999999999999999"]),
        ("x-amz-trailer", ["x-amz-checksum-crc32", "x", ""]),
        ("x-amz-decoded-content-length", ["0", "5", "-5", "x", "99999999999999999999"]),
        ("x-amz-expected-bucket-owner", ["bleepstore", "x", ""]),
        ("amz-sdk-invocation-id", ["1", "", "\u00fc"]),
        ("x-amz-server-side-encryption", ["AES256", "aws:kms", ""]),
        ("x-amz-server-side-encryption-aws-kms-key-id", ["testkey-1", "x", "\u00fc", ""]),
        ("x-amz-server-side-encryption-context", ["e30=", "e3 0=", "x", ""]),
        ("x-amz-server-side-encryption-bucket-key-enabled", ["true", "x"]),
        ("x-amz-server-side-encryption-customer-algorithm", ["AES256", "x", ""]),
        ("x-amz-server-side-encryption-customer-key", ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "x", "\u00fc", ""]),
        ("x-amz-server-side-encryption-customer-key-MD5", ["cLyPS3KoaSFGi/joRB3OUQ==", "x", ""]),
        ("x-amz-copy-source-server-side-encryption-customer-algorithm", ["AES256", ""]),
        ("x-amz-object-lock-mode", ["GOVERNANCE", ""]),
    ];

    private static readonly string[] s_bodies =
    [
        "", "Hello", "<", "<a/>", "<CompleteMultipartUpload/>", "<Tagging><TagSet/></Tagging>", "<Tagging><TagSet><Tag><Key>&#0;</Key><Value>&#x1;</Value></Tag></TagSet></Tagging>",
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>8b1a9953c4611296a827abf8c47804d7</ETag></Part></CompleteMultipartUpload>",
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\u00fc</ETag><ChecksumCRC32>x</ChecksumCRC32></Part></CompleteMultipartUpload>",
        "<AccessControlPolicy><Owner><ID>bleepstore</ID></Owner><AccessControlList/></AccessControlPolicy>", "<AccessControlPolicy/>",
        "<Delete><Object><Key>x</Key></Object></Delete>",
    ];

    [Fact]
    public async Task No_random_request_makes_the_server_fail()
    {
        var seed = Seeds.Of("BLEEPSTORE_SEED", 20261126);
        TestContext.Current.TestOutputHelper?.WriteLine($"Seed {seed}");
        var random = new Random(seed);
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var answers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            if (round % 100 == 0)
            {
                await bucket.PutAsync("object", "Hello");
                await bucket.PutAsync("empty", "");
                await bucket.PutInPartsAsync("parts", ["Hello"u8.ToArray()]);
            }

            var request = await MakeAsync(bucket, random);
            var sent = $"seed {seed}, round {round}: {request.Method} {request.Target}\n{string.Join('\n', request.Headers)}\n";
            var response = await bucket.SendAsync(request);
            (response.Status is < 500 or 501).ShouldBeTrue($"{sent}{response.Status} {response.Text}");
            var answer = $"{request.Method} {response.Status} {(response.Status < 400 ? "" : response.ErrorCode)}";
            answers[answer] = answers.GetValueOrDefault(answer) + 1;
        }

        // A test that was only ever refused at the door would prove nothing.
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', answers));
        answers.Keys.Count(answer => answer.Split(' ')[1][0] == '2').ShouldBeGreaterThanOrEqualTo(5);

        // What those requests stored can all be read, too.
        foreach (var key in (string[])["object", "empty", "parts", "key"])
        {
            (await bucket.GetAsync(key)).Status.ShouldBeOneOf(200, 404);
            (await bucket.HeadAsync(key)).Status.ShouldBeOneOf(200, 404);
        }
    }

    private static async Task<TestRequest> MakeAsync(TestBucket bucket, Random random)
    {
        string[] methods = ["GET", "HEAD", "PUT", "POST", "DELETE"];
        string[] keys = ["object", "empty", "parts", "absent", "key"];
        var (key, query) = (Pick(random, keys), random.Next(2) == 0 ? "" : Pick(random, s_queries));
        if (query.Contains("{id}", StringComparison.Ordinal))
        {
            var id = await bucket.CreateUploadAsync(key);
            await bucket.PutPartAsync(key, id, 1, "Hello"u8.ToArray());
            query = query.Replace("{id}", id, StringComparison.Ordinal);
        }

        if (query.Contains("{done}", StringComparison.Ordinal))
        {
            var id = await bucket.CreateUploadAsync(key);
            await bucket.SendAsync("DELETE", key, $"uploadId={id}", null);
            query = query.Replace("{done}", id, StringComparison.Ordinal);
        }

        var request = bucket.Request(Pick(random, methods), key, query);
        foreach (var (name, values) in Enumerable.Range(0, random.Next(5)).Select(_ => s_headers[random.Next(s_headers.Length)]).DistinctBy(header => header.Name))
        {
            request.With(name, Pick(random, values).Replace("{bucket}", bucket.Name, StringComparison.Ordinal));
        }

        if (request.Method is not ("GET" or "HEAD"))
        {
            request.WithBody(Pick(random, s_bodies));
        }

        return request;
    }

    private static string Pick(Random random, string[] values) => values[random.Next(values.Length)];
}

/// <inheritdoc/>
public sealed class MemoryNoServerErrorTests(MemoryApiHost fixture) : NoServerErrorTests(fixture), IClassFixture<MemoryApiHost>;
