using System.Security;
using System.Security.Cryptography;
using System.Text;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>Keys that attackers and careless clients send: each names exactly its own object, in every place where a key can stand.</summary>
public sealed class ObjectNameTests : IAsyncLifetime
{
    private readonly AttackHost _attack = new(TestEngines.Durable);

    public static TheoryData<string> Keys =>
    [
        "..", ".", "../..", "../../etc/passwd", "a/../b", "a/./b", "a/..", "/", "//", "/a", "a/", "a//b", "//a//", "..\\..\\x", "\\", "C:\\x", "a\\..\\b", "~", "-rf", "con",
        "a+b", "a b", " a", "a ", "a%2Fb", "%", "%%", "%2e%2e%2f", "%00", "a?b", "a#b", "a&b", "a=b", "a;b", "a:b", "a*b", "a|b", "<a>", "\"a\"", "'a'", "`a`", "$(a)", "{a}", "[a]",
        "\r", "\n", "\r\n", "a\tb", "\u0001", "\u001F", "\u007F", "\u0080", "\uFFFE", "\uFFFF", "\uFEFFa", "\u202Ea", "\u00FC", "u\u0308", "\u20AC", "\U0001F600", "\U0010FFFF",
        "acl", "?acl", "index.html?versionId=1", ".metadata", "tmp/", "null", "store.json", "metadata.db",
    ];

    public async ValueTask InitializeAsync()
    {
        await _attack.InitializeAsync();
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/names");
    }

    public ValueTask DisposeAsync() => _attack.DisposeAsync();

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task A_key_is_kept_byte_for_byte_wherever_it_stands(string key)
    {
        var target = "/names/" + Escape(key);
        await _attack.MustAsync(S3TestHost.Alice, "PUT", target, "content");
        (await _attack.MustAsync(S3TestHost.Alice, "GET", target)).Text.ShouldBe("content");
        await _attack.MustAsync(S3TestHost.Alice, "HEAD", target);
        (await OnlyKeyAsync()).ShouldBe(key);

        // As the source of a copy, then in the document of a batch delete.
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/names/copy", "", ("x-amz-copy-source", "/names/" + Escape(key)));
        (await _attack.MustAsync(S3TestHost.Alice, "GET", "/names/copy")).Text.ShouldBe("content");
        var upload = (await _attack.MustAsync(S3TestHost.Alice, "POST", target + "?uploads")).Element("UploadId");
        var uploads = await _attack.MustAsync(S3TestHost.Alice, "GET", "/names?uploads&encoding-type=url");
        Uri.UnescapeDataString(uploads.Element("Key")).ShouldBe(key);
        await _attack.MustAsync(S3TestHost.Alice, "DELETE", $"{target}?uploadId={upload}");
        await DeleteAsync(key, "copy");
        (await _attack.CallAsync(S3TestHost.Alice, "GET", target)).Outcome.ShouldBe("404 NoSuchKey");
        await _attack.MustAsync(S3TestHost.Alice, "DELETE", target);
    }

    [Fact]
    public async Task Keys_that_look_alike_are_different_objects()
    {
        string[] keys = ["a", "a/", "a/b", "a//b", "/a", "A", "a/../a", "./a", "a/.", "\u00FC", "u\u0308", "a%2Fb", "a+b", "a b"];
        foreach (var key in keys)
        {
            await _attack.MustAsync(S3TestHost.Alice, "PUT", "/names/" + Escape(key), $"content of {key}");
        }

        foreach (var key in keys)
        {
            (await _attack.MustAsync(S3TestHost.Alice, "GET", "/names/" + Escape(key))).Text.ShouldBe($"content of {key}");
        }

        (await ListAsync()).ShouldBe(keys.OrderBy(key => key, Utf8Order.Instance));

        // Deleting what looks like a directory leaves what lies "in" it.
        await _attack.MustAsync(S3TestHost.Alice, "DELETE", "/names/a");
        (await _attack.MustAsync(S3TestHost.Alice, "GET", "/names/a/b")).Text.ShouldBe("content of a/b");
    }

    [Theory]
    [InlineData("/names/a%2Fb", "a/b")]
    [InlineData("/names/%61", "a")]
    [InlineData("/names/a%2bb", "a+b")]
    [InlineData("/names/%2e%2e%2fx", "../x")]
    [InlineData("/names/%252e%252e%252f", "%2e%2e%2f")]
    [InlineData("/names/../other/x", "../other/x")]
    [InlineData("/names/%2e%2e/other", "../other")]
    [InlineData("/names//", "/")]
    public async Task A_path_is_decoded_once_and_never_normalised(string target, string key)
    {
        await _attack.MustAsync(S3TestHost.Alice, "PUT", target, "content");
        (await OnlyKeyAsync()).ShouldBe(key);
    }

    [Fact]
    public async Task A_key_may_have_1024_bytes_and_no_more()
    {
        foreach (var key in (string[])[new string('a', 1024), new string('\u00FC', 512), string.Concat(Enumerable.Repeat("\U0001F600", 256)), new string('a', 500) + "/" + new string('b', 523)])
        {
            await _attack.MustAsync(S3TestHost.Alice, "PUT", "/names/" + Escape(key), "content");
            (await OnlyKeyAsync()).ShouldBe(key);
            await _attack.MustAsync(S3TestHost.Alice, "PUT", "/names/copy", "", ("x-amz-copy-source", "/names/" + Escape(key)));
            await DeleteAsync(key, "copy");

            var tooLong = Escape(key + "a");
            (await _attack.CallAsync(S3TestHost.Alice, "PUT", "/names/" + tooLong, "content")).Outcome.ShouldBe("400 KeyTooLongError");
            (await _attack.CallAsync(S3TestHost.Alice, "GET", "/names/" + tooLong)).Outcome.ShouldBe("400 KeyTooLongError");
            (await _attack.CallAsync(S3TestHost.Alice, "POST", $"/names/{tooLong}?uploads")).Outcome.ShouldBe("400 KeyTooLongError");
            (await _attack.CallAsync(S3TestHost.Alice, "PUT", "/names/copy", "", ("x-amz-copy-source", "/names/" + tooLong))).Outcome.ShouldBe("400 KeyTooLongError");
        }
    }

    [Theory]
    [InlineData("%C0%AF", "overlong")]
    [InlineData("%E0%80%AF", "overlong")]
    [InlineData("%C0%80", "overlong NUL")]
    [InlineData("%ED%A0%80", "surrogate")]
    [InlineData("%ED%A0%BD%ED%B8%80", "surrogate pair")]
    [InlineData("%F4%90%80%80", "beyond Unicode")]
    [InlineData("%FF", "no UTF-8")]
    [InlineData("%E2%82", "cut")]
    [InlineData("%80", "continuation alone")]
    [InlineData("%", "no digits")]
    [InlineData("%2", "one digit")]
    [InlineData("%zz", "no hex")]
    [InlineData("%u20AC", "script escape")]
    public async Task A_path_that_is_no_utf8_is_refused(string path, string what)
    {
        var before = await _attack.PictureAsync();
        foreach (var target in (string[])[$"/names/{path}", $"/{path}/key", $"/names?prefix={path}", $"/names/key?{path}=1"])
        {
            // Signed over the target as it stands: only the parser can refuse it.
            foreach (var method in (string[])["PUT", "GET", "DELETE"])
            {
                var request = _attack.New(method, target).With("x-amz-content-sha256", TestSigner.UnsignedPayload);
                var answer = await _attack.SendAsync(request);
                answer.Status.ShouldBe(400, $"{what}: {method} {target} {answer.Text}");
            }
        }

        var copy = await _attack.CallAsync(S3TestHost.Alice, "PUT", "/names/copy", "", ("x-amz-copy-source", $"/names/{path}"));
        copy.Outcome.ShouldBe("400 InvalidArgument", what);
        (await _attack.PictureAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData("", "400 InvalidArgument")]
    [InlineData("/", "400 InvalidArgument")]
    [InlineData("names", "400 InvalidArgument")]
    [InlineData("/names", "400 InvalidArgument")]
    [InlineData("/names/", "400 InvalidArgument")]
    [InlineData("names/", "400 InvalidArgument")]
    [InlineData("//names/key", "400 InvalidArgument")]
    [InlineData("?versionId=null", "400 InvalidArgument")]
    [InlineData("/names/key?versionId=", "400 InvalidArgument")]
    [InlineData("/names/key?versionId=abc", "400 InvalidArgument")]
    [InlineData("/names/key?versionId=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "400 InvalidArgument")]
    [InlineData("/names/key?versionId=f720000000000000ffffffffffffffff", "404 NoSuchVersion")]
    [InlineData("/names/key?versionId=%00", "400 InvalidArgument")]
    [InlineData("/names/key?versionId=%FF", "400 InvalidArgument")]
    [InlineData("/names/absent", "404 NoSuchKey")]
    [InlineData("/absent-bucket/key", "404 NoSuchBucket")]
    [InlineData("/../names/key", "400 InvalidArgument")]
    [InlineData("/192.168.1.1/key", "400 InvalidArgument")]
    [InlineData("/names/../names/key", "404 NoSuchKey")]
    [InlineData("arn:aws:s3:us-east-1:1:accesspoint/x/object/key", "400 InvalidArgument")]
    public async Task A_copy_source_that_names_nothing_is_refused(string source, string expected)
    {
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/names/key", "content");
        var before = await _attack.PictureAsync();
        var answer = await _attack.CallAsync(S3TestHost.Alice, "PUT", "/names/copy", "", ("x-amz-copy-source", source));
        answer.Outcome.ShouldBe(expected, answer.Text);
        (await _attack.PictureAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData("/names/key")]
    [InlineData("names/key")]
    [InlineData("names%2Fkey")]
    [InlineData("%2Fnames%2Fkey")]
    [InlineData("/names/%6Bey")]
    [InlineData("/names/key?versionId=null")]
    public async Task A_copy_source_may_be_written_in_these_ways(string source)
    {
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/names/key", "content");
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/names/copy", "", ("x-amz-copy-source", source));
        (await _attack.MustAsync(S3TestHost.Alice, "GET", "/names/copy")).Text.ShouldBe("content");
    }

    [Fact]
    public async Task A_raw_copy_source_is_its_own_bytes_and_a_plus_in_it_a_space()
    {
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/names/" + Escape("gr\u00FC\u00DFe \u20AC"), "content");
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/names/copy", "", ("x-amz-copy-source", "/names/gr\u00FC\u00DFe \u20AC"));
        (await _attack.MustAsync(S3TestHost.Alice, "GET", "/names/copy")).Text.ShouldBe("content");
    }

    private static string Escape(string key) => Uri.EscapeDataString(key);

    private async Task<string> OnlyKeyAsync() => (await ListAsync()).ShouldHaveSingleItem();

    private async Task<IReadOnlyList<string>> ListAsync()
        => [.. (await _attack.MustAsync(S3TestHost.Alice, "GET", "/names?list-type=2&encoding-type=url")).Elements("Key").Select(Uri.UnescapeDataString)];

    private async Task DeleteAsync(params string[] keys)
    {
        var document = $"<Delete>{string.Concat(keys.Select(key => $"<Object><Key>{Xml(key)}</Key></Object>"))}</Delete>";
        var answer = await _attack.MustAsync(
            S3TestHost.Alice, "POST", "/names?delete", document, ("Content-MD5", Convert.ToBase64String(MD5.HashData(Encoding.UTF8.GetBytes(document)))));
        answer.Text.ShouldNotContain("<Error>");
        (await ListAsync()).ShouldBeEmpty();
    }

    private static string Xml(string key)
        => string.Concat(SecurityElement.Escape(key).Select(c => char.IsControl(c) || c >= 0xFFFE ? $"&#x{(int)c:X};" : c.ToString()));
}

/// <summary>The order of S3's listings: by the bytes of UTF-8, which differs from .NET's order where surrogates are concerned.</summary>
internal sealed class Utf8Order : IComparer<string>
{
    public static readonly Utf8Order Instance = new();

    public int Compare(string? x, string? y) => Encoding.UTF8.GetBytes(x!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y!));
}
