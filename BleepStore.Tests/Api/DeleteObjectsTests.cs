using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>DeleteObjects: each key on its own, errors inside the 200, and documents that are refused as a whole.</summary>
public sealed class DeleteObjectsTests : IAsyncLifetime
{
    private readonly AttackHost _attack = new();

    public async ValueTask InitializeAsync()
    {
        await _attack.InitializeAsync();
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/batch");
    }

    public ValueTask DisposeAsync() => _attack.DisposeAsync();

    [Fact]
    public async Task A_thousand_keys_go_at_once_and_one_more_is_refused()
    {
        for (var i = 0; i < 20; i++)
        {
            await _attack.MustAsync(S3TestHost.Alice, "PUT", $"/batch/{i}", "content");
        }

        var before = await _attack.PictureAsync();
        (await DeleteAsync(Document(Enumerable.Range(0, 1001)))).Outcome.ShouldBe("400 MalformedXML");
        (await _attack.PictureAsync()).ShouldBe(before);
        var answer = await DeleteAsync(Document(Enumerable.Range(0, 1000)));
        answer.Outcome.ShouldBe("200");
        answer.Elements("Deleted").Count.ShouldBe(1000);
        (await CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Quiet_mode_tells_errors_only()
    {
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/batch/a", "content");
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/batch/b", "content");
        var answer = await DeleteAsync("<Delete><Quiet>true</Quiet><Object><Key>a</Key></Object><Object><Key>b</Key><ETag>\"no\"</ETag></Object></Delete>");
        answer.Elements("Deleted").ShouldBeEmpty();
        answer.Elements("Error").Count.ShouldBe(1);
        (answer.Element("Key"), answer.Element("Code")).ShouldBe(("b", "PreconditionFailed"));
        (await CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Absent_and_repeated_keys_are_deleted_like_others()
    {
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/batch/a", "content");
        var answer = await DeleteAsync("<Delete><Object><Key>a</Key></Object><Object><Key>a</Key></Object><Object><Key>absent</Key></Object></Delete>");
        answer.Elements("Key").ShouldBe(["a", "a", "absent"]);
        answer.Elements("Error").ShouldBeEmpty();
        (await CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Each_key_has_its_own_error()
    {
        foreach (var key in (string[])["etag", "star", "wrong", "version", "size"])
        {
            await _attack.MustAsync(S3TestHost.Alice, "PUT", $"/batch/{key}", "content");
        }

        var eTag = Convert.ToHexStringLower(MD5.HashData("content"u8));
        var answer = await DeleteAsync($"""
            <Delete>
              <Object><Key>etag</Key><ETag>"{eTag}"</ETag></Object>
              <Object><Key>star</Key><ETag>*</ETag></Object>
              <Object><Key>wrong</Key><ETag>"{new string('0', 32)}"</ETag></Object>
              <Object><Key>version</Key><VersionId>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA</VersionId></Object>
              <Object><Key>size</Key><Size>7</Size></Object>
              <Object><Key>wrong</Key><Size>8</Size></Object>
              <Object><Key>wrong</Key><Size>7</Size><LastModifiedTime>Sat, 01 Jan 2000 00:00:00 GMT</LastModifiedTime></Object>
              <Object><Key>absent</Key><Size>8</Size></Object>
              <Object><Key>absent</Key><ETag>*</ETag></Object>
              <Object><Key>{new string('x', 1025)}</Key></Object>
            </Delete>
            """);
        answer.Outcome.ShouldBe("200");
        answer.Elements("Deleted").Count.ShouldBe(4);
        answer.Elements("Code").ShouldBe(
            ["PreconditionFailed", "NoSuchVersion", "PreconditionFailed", "PreconditionFailed", "NoSuchKey", "KeyTooLongError"]);
        (await _attack.MustAsync(S3TestHost.Alice, "GET", "/batch")).Elements("Key").ShouldBe(["version", "wrong"]);
    }

    [Fact]
    public async Task A_digest_is_demanded_and_checked()
    {
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/batch/1", "content");
        var document = Document([1]);
        var before = await _attack.PictureAsync();
        (await _attack.CallAsync(S3TestHost.Alice, "POST", "/batch?delete", document)).Outcome.ShouldBe("400 InvalidRequest");
        foreach (var (name, value, expected) in ((string, string, string)[])
            [
                ("Content-MD5", Convert.ToBase64String(MD5.HashData("other"u8)), "400 BadDigest"),
                ("Content-MD5", "abc", "400 InvalidDigest"),
                ("Content-MD5", "", "400 InvalidDigest"),
                ("x-amz-checksum-sha256", Convert.ToBase64String(SHA256.HashData("other"u8)), "400 BadDigest"),
                ("x-amz-checksum-sha256", "abc", "400 InvalidRequest"),
                ("x-amz-checksum-md4", "abc", "400 InvalidRequest"),
                ("x-amz-sdk-checksum-algorithm", "CRC32", "400 InvalidRequest"),
            ])
        {
            (await _attack.CallAsync(S3TestHost.Alice, "POST", "/batch?delete", document, (name, value))).Outcome.ShouldBe(expected, $"{name}: {value}");
        }

        (await _attack.PictureAsync()).ShouldBe(before);
        var right = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(document)));
        await _attack.MustAsync(S3TestHost.Alice, "POST", "/batch?delete", document, ("x-amz-checksum-sha256", right));
        (await CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_thousand_of_the_longest_keys_fit()
    {
        var keys = string.Concat(Enumerable.Range(0, 1000).Select(i => $"<Object><Key>{i:d4}{new string('k', 1020)}</Key></Object>"));
        (await DeleteAsync($"<Delete>{keys}</Delete>")).Elements("Deleted").Count.ShouldBe(1000);
    }

    private Task<RawAnswer> DeleteAsync(string document) => _attack.CallAsync(
        S3TestHost.Alice, "POST", "/batch?delete", document, ("Content-MD5", Convert.ToBase64String(MD5.HashData(Encoding.UTF8.GetBytes(document)))));

    private static string Document(IEnumerable<int> keys)
        => $"<Delete>{string.Concat(keys.Select(key => string.Create(CultureInfo.InvariantCulture, $"<Object><Key>{key}</Key></Object>")))}</Delete>";

    private async Task<int> CountAsync() => (await _attack.MustAsync(S3TestHost.Alice, "GET", "/batch")).Elements("Key").Count;
}
