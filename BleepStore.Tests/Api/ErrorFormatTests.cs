using System.Globalization;
using System.Xml.Linq;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>What clients parse of a refusal: the XML, the headers, the request id.</summary>
public sealed class ErrorFormatTests : IAsyncLifetime
{
    private readonly AttackHost _attack = new();

    public async ValueTask InitializeAsync()
    {
        await _attack.InitializeAsync();
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/errors");
    }

    public ValueTask DisposeAsync() => _attack.DisposeAsync();

    [Fact]
    public async Task An_error_is_xml_without_namespace_that_names_what_it_is_about()
    {
        var answer = await _attack.CallAsync(S3TestHost.Alice, "GET", "/errors/absent");
        answer.Status.ShouldBe(404);
        answer.Header("Content-Type").ShouldBe("application/xml");
        answer.Header("Content-Length").ShouldBe(answer.Body.Length.ToString(CultureInfo.InvariantCulture));
        var root = XDocument.Parse(answer.Text).Root!;
        root.Name.ToString().ShouldBe("Error");
        root.Elements().Select(element => element.Name.ToString()).ShouldBe(["Code", "Message", "Key", "Resource", "RequestId", "HostId"]);
        answer.Text.ShouldStartWith("<?xml version=\"1.0\" encoding=\"utf-8\"?>", Case.Insensitive);
        answer.Element("Code").ShouldBe("NoSuchKey");
        answer.Element("Message").ShouldBe("The specified key does not exist.");
        answer.Element("Key").ShouldBe("absent");
        answer.Element("Resource").ShouldBe("/errors/absent");
        answer.Element("RequestId").ShouldBe(answer.Header("x-amz-request-id"));
        answer.Element("HostId").ShouldBe(answer.Header("x-amz-id-2"));
    }

    [Theory]
    [InlineData("GET", "/errors/absent", 404)]
    [InlineData("GET", "/errors?abac", 501)]
    [InlineData("GET", "/absent", 404)]
    [InlineData("GET", "/errors", 200)]
    [InlineData("GET", "/", 200)]
    [InlineData("HEAD", "/errors", 200)]
    [InlineData("HEAD", "/errors/absent", 404)]
    [InlineData("HEAD", "/absent", 404)]
    [InlineData("PUT", "/errors/key", 200)]
    [InlineData("DELETE", "/errors/absent", 204)]
    [InlineData("GET", "/errors/%FF", 400)]
    [InlineData("PATCH", "/errors/key", 405)]
    public async Task Every_answer_says_who_when_and_which(string method, string target, int status)
    {
        var request = _attack.New(method, target);
        if (!target.Contains('%', StringComparison.Ordinal))
        {
            AttackHost.Signer(S3TestHost.Alice).SignHeader(request, AttackHost.Now);
        }

        var answer = await _attack.SendAsync(request);
        answer.Status.ShouldBe(status, answer.Text);
        answer.Header("Server").ShouldBe("BleepStore");
        answer.Header("x-amz-request-id")!.ShouldMatch("^[0-9A-F]{16}$");
        answer.Header("x-amz-id-2").ShouldNotBeNullOrEmpty();
        var date = DateTimeOffset.ParseExact(answer.Header("Date")!, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        (AttackHost.Now - date).Duration().ShouldBeLessThan(TimeSpan.FromMinutes(1));
        if (method == "HEAD")
        {
            answer.Body.ShouldBeEmpty();
        }

        if (target.StartsWith("/errors", StringComparison.Ordinal) && status is 200 or 204 or 404 && target != "/absent" && target != "/")
        {
            answer.Header("x-amz-bucket-region").ShouldBe(S3TestHost.Region);
        }

        if (status == 405)
        {
            answer.Header("Allow").ShouldNotBeNull();
        }
    }

    [Fact]
    public async Task A_denial_tells_the_region_of_the_bucket()
    {
        (await _attack.CallAsync(S3TestHost.Bob, "HEAD", "/errors")).Header("x-amz-bucket-region").ShouldBe(S3TestHost.Region);
        (await _attack.CallAsync(null, "HEAD", "/errors")).Header("x-amz-bucket-region").ShouldBe(S3TestHost.Region);
        (await _attack.CallAsync(S3TestHost.Alice, "HEAD", "/absent")).Header("x-amz-bucket-region").ShouldBeNull();
    }

    [Fact]
    public async Task Request_ids_are_never_the_same()
    {
        var ids = new HashSet<string>();
        for (var i = 0; i < 100; i++)
        {
            ids.Add((await _attack.CallAsync(null, "GET", "/errors")).Header("x-amz-request-id")!).ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData("%3Cscript%3E%26%22'", "<script>&\"'")]
    [InlineData("%01%1F", "\uFFFD\uFFFD")]
    [InlineData("%EF%BF%BE", "\uFFFD")]
    [InlineData("%F0%9F%98%80", "\U0001F600")]
    [InlineData("%0D%0A", "\r\n")]
    [InlineData("]]%3E", "]]>")]
    public async Task Any_key_can_stand_in_an_error_and_what_xml_forbids_is_replaced(string escaped, string key)
    {
        var answer = await _attack.CallAsync(S3TestHost.Alice, "GET", "/errors/" + escaped);
        answer.Status.ShouldBe(404);
        answer.Elements("Key").ShouldBe([key]);
        answer.Elements("Resource").ShouldBe(["/errors/" + escaped]);
    }

    [Fact]
    public async Task Keys_that_xml_cannot_carry_are_listed_as_references_or_encoded()
    {
        string[] keys = ["a\u0001b", "a\rb", "a\uFFFFb", "a\u0085b", "a<b&c>d"];
        foreach (var key in keys)
        {
            await _attack.MustAsync(S3TestHost.Alice, "PUT", "/errors/" + Uri.EscapeDataString(key), "content");
        }

        var sorted = keys.OrderBy(key => key, Utf8Order.Instance).ToList();
        foreach (var query in (string[])["", "list-type=2&"])
        {
            (await _attack.MustAsync(S3TestHost.Alice, "GET", $"/errors?{query}x=1")).Elements("Key").ShouldBe(sorted);
            var encoded = await _attack.MustAsync(S3TestHost.Alice, "GET", $"/errors?{query}encoding-type=url");
            encoded.Element("EncodingType").ShouldBe("url");
            encoded.Elements("Key").Select(Uri.UnescapeDataString).ShouldBe(sorted);
        }
    }

    [Fact]
    public async Task A_wrong_signature_is_answered_with_what_was_computed()
    {
        var request = _attack.New("GET", "/errors/key");
        new TestSigner(S3TestHost.Alice.AccessKey, "wrong").SignHeader(request, AttackHost.Now);
        var answer = await _attack.SendAsync(request);
        answer.Outcome.ShouldBe("403 SignatureDoesNotMatch");
        answer.Element("AWSAccessKeyId").ShouldBe(S3TestHost.Alice.AccessKey);
        answer.Element("StringToSign").ShouldStartWith("AWS4-HMAC-SHA256\n");
        answer.Element("CanonicalRequest").ShouldStartWith("GET\n/errors/key\n");
        answer.Text.ShouldNotContain(S3TestHost.Alice.Secret);
    }
}
