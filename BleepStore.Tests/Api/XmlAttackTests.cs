using System.Security.Cryptography;
using System.Text;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>Hostile XML to every operation that takes a document: refused soon, with bounded memory, without effect.</summary>
[Collection(nameof(Alone))]
public sealed class XmlAttackTests : IAsyncLifetime
{
    private readonly AttackHost _attack = new();
    private SampleRequests _samples = null!;

    /// <summary>What each operation calls a document that it cannot take.</summary>
    private static readonly (string Operation, string Target, string Method, string Root, string Malformed, string TooLarge, int MaxBytes)[] Documents =
    [
        ("CreateBucket", "/made", "PUT", "CreateBucketConfiguration", "MalformedXML", "MaxMessageLengthExceeded", 64 << 10),
        ("DeleteObjects", "/xml?delete", "POST", "Delete", "MalformedXML", "MalformedXML", 2 << 20),
        ("CompleteMultipartUpload", "/xml/object?uploadId={uploadId}", "POST", "CompleteMultipartUpload", "MalformedXML", "MaxMessageLengthExceeded", 2 << 20),
        ("PutObjectAcl", "/xml/object?acl", "PUT", "AccessControlPolicy", "MalformedACLError", "MaxMessageLengthExceeded", 64 << 10),
        ("PutBucketAcl", "/xml?acl", "PUT", "AccessControlPolicy", "MalformedACLError", "MaxMessageLengthExceeded", 64 << 10),
        ("PutPublicAccessBlock", "/xml?publicAccessBlock", "PUT", "PublicAccessBlockConfiguration", "MalformedXML", "MaxMessageLengthExceeded", 64 << 10),
        ("PutBucketOwnershipControls", "/xml?ownershipControls", "PUT", "OwnershipControls", "MalformedXML", "MaxMessageLengthExceeded", 64 << 10),
        ("PutObjectTagging", "/xml/object?tagging", "PUT", "Tagging", "MalformedXML", "MaxMessageLengthExceeded", 64 << 10),
    ];

    public static TheoryData<string> Attacks =>
    [
        "junk", "doctype", "external entity", "billion laughs", "parameter entity", "nestings", "end tags", "attributes", "long attribute", "long name", "utf-16",
        "utf-16 without mark", "utf-32", "latin-1", "overlong utf-8", "surrogate", "surrogate reference", "other root", "two roots", "text after", "text before",
        "foreign namespace", "foreign child", "unknown child", "unknown entity", "unclosed", "nul", "version 1.1", "undeclared prefix", "cdata bomb", "comment bomb",
        "half a comment",
    ];

    public async ValueTask InitializeAsync()
    {
        await _attack.InitializeAsync();
        _samples = await SampleRequests.PrepareAsync(_attack, S3TestHost.Alice, "xml");
    }

    public ValueTask DisposeAsync() => _attack.DisposeAsync();

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task A_document_is_refused_for(string attack)
    {
        var before = await _attack.PictureAsync();
        foreach (var (operation, target, method, root, malformed, _, max) in Documents)
        {
            var allocated = GC.GetTotalAllocatedBytes(precise: true);
            var used = Environment.CpuUsage.TotalTime;
            var answer = await SendAsync(method, target, Attack(attack, root, max));
            answer.Outcome.ShouldBe($"400 {malformed}", $"{operation} {answer.Text}");
            (GC.GetTotalAllocatedBytes(precise: true) - allocated).ShouldBeLessThan(64 << 20, operation);
            (Environment.CpuUsage.TotalTime - used).ShouldBeLessThan(TimeSpan.FromSeconds(5), operation);
        }

        (await _attack.PictureAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_document_above_its_limit_is_refused_however_it_is_sent()
    {
        var before = await _attack.PictureAsync();
        foreach (var (operation, target, method, root, _, tooLarge, max) in Documents)
        {
            var document = Encoding.UTF8.GetBytes($"<{root}><!--{new string('x', max)}--></{root}>");
            (await SendAsync(method, target, document)).Outcome.ShouldBe($"400 {tooLarge}", operation);

            // Without a length only the bytes that come can tell.
            (await SendAsync(method, target, document, isHttpChunked: true)).Outcome.ShouldBe($"400 {tooLarge}", operation);
        }

        (await _attack.PictureAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task An_absent_document_is_refused_where_one_is_needed()
    {
        var before = await _attack.PictureAsync();
        foreach (var (operation, target, method, _, malformed, _, _) in Documents.Where(document => document.Operation != "CreateBucket"))
        {
            var expected = operation switch
            {
                "DeleteObjects" or "PutObjectTagging" or "PutPublicAccessBlock" or "PutBucketOwnershipControls" => "400 MissingRequestBodyError",
                "PutObjectAcl" or "PutBucketAcl" => "400 MissingSecurityHeader",
                _ => $"400 {malformed}",
            };
            (await SendAsync(method, target, [])).Outcome.ShouldBe(expected, operation);
        }

        (await _attack.PictureAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData("PUT", "/made", "<CreateBucketConfiguration><LocationConstraint/><LocationConstraint/></CreateBucketConfiguration>", "MalformedXML")]
    [InlineData("POST", "/xml?delete", "<Delete><Object><Key>object</Key><Key>other</Key></Object></Delete>", "MalformedXML")]
    [InlineData("POST", "/xml?delete", "<Delete><Quiet>true</Quiet><Quiet>false</Quiet><Object><Key>object</Key></Object></Delete>", "MalformedXML")]
    [InlineData("POST", "/xml?delete", "<Delete><Object/></Delete>", "MalformedXML")]
    [InlineData("POST", "/xml?delete", "<Delete><Object><Key/></Object></Delete>", "UserKeyMustBeSpecified")]
    [InlineData("POST", "/xml?delete", "<Delete/>", "MalformedXML")]
    [InlineData("POST", "/xml/object?uploadId={uploadId}", "<CompleteMultipartUpload/>", "MalformedXML")]
    [InlineData("POST", "/xml/object?uploadId={uploadId}", "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><PartNumber>1</PartNumber><ETag>a</ETag></Part></CompleteMultipartUpload>", "MalformedXML")]
    [InlineData("POST", "/xml/object?uploadId={uploadId}", "<CompleteMultipartUpload><Part><PartNumber>-1</PartNumber><ETag>a</ETag></Part></CompleteMultipartUpload>", "MalformedXML InvalidArgument InvalidPart")]
    [InlineData("POST", "/xml/object?uploadId={uploadId}", "<CompleteMultipartUpload><Part><PartNumber>99999999999999999999</PartNumber><ETag>a</ETag></Part></CompleteMultipartUpload>", "MalformedXML InvalidArgument InvalidPart")]
    [InlineData("POST", "/xml/object?uploadId={uploadId}", "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>", "MalformedXML")]
    [InlineData("PUT", "/xml?acl", "<AccessControlPolicy><AccessControlList/><AccessControlList/></AccessControlPolicy>", "MalformedACLError")]
    [InlineData("PUT", "/xml?acl", "<AccessControlPolicy><Owner/><Owner/><AccessControlList/></AccessControlPolicy>", "MalformedACLError")]
    [InlineData("PUT", "/xml?acl", "<AccessControlPolicy/>", "MalformedACLError")]
    [InlineData("PUT", "/xml?acl", "<AccessControlPolicy><AccessControlList/></AccessControlPolicy>", "MalformedACLError")]
    [InlineData("PUT", "/xml?acl", "<AccessControlPolicy><Owner/><AccessControlList/></AccessControlPolicy>", "MalformedACLError")]
    [InlineData("PUT", "/xml?acl", "<AccessControlPolicy><Owner><DisplayName>alice</DisplayName></Owner><AccessControlList/></AccessControlPolicy>", "MalformedACLError")]
    [InlineData("PUT", "/xml/object?tagging", "<Tagging><TagSet/><TagSet/></Tagging>", "MalformedXML")]
    [InlineData("PUT", "/xml/object?tagging", "<Tagging><TagSet><Tag><Key>a</Key><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>", "MalformedXML")]
    [InlineData("PUT", "/xml/object?tagging", "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>", "MalformedXML")]
    [InlineData("PUT", "/xml/object?tagging", "<Tagging/>", "MalformedXML")]
    public async Task Duplicate_and_missing_elements_are_refused(string method, string target, string document, string codes)
    {
        var before = await _attack.PictureAsync();
        var answer = await SendAsync(method, target, Encoding.UTF8.GetBytes(document));
        answer.Status.ShouldBe(400, answer.Text);
        codes.Split(' ').ShouldContain(answer.Code);
        (await _attack.PictureAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData("<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>object</Key></Object></Delete>")]
    [InlineData("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- a comment -->\n<Delete>\n  <Object>\n    <Key>object</Key>\n  </Object>\n</Delete>\n<!-- end -->")]
    [InlineData("<s:Delete xmlns:s=\"http://s3.amazonaws.com/doc/2006-03-01/\"><s:Object><s:Key>object</s:Key></s:Object></s:Delete>")]
    [InlineData("<Delete><Object><Key><![CDATA[obj]]>ect</Key></Object></Delete>")]
    [InlineData("\uFEFF<Delete><Object><Key>o&#98;je&#x63;t</Key></Object></Delete>")]
    [InlineData("<Delete><?pi data?><Object><Key>object</Key></Object><Quiet>false</Quiet></Delete>")]
    public async Task Any_way_to_write_a_right_document_is_taken(string document)
    {
        var answer = await SendAsync("POST", "/xml?delete", Encoding.UTF8.GetBytes(document));
        answer.Outcome.ShouldBe("200");
        answer.Elements("Key").ShouldBe(["object"]);
        (await _attack.CallAsync(S3TestHost.Alice, "GET", "/xml/object")).Outcome.ShouldBe("404 NoSuchKey");
    }

    private async Task<RawAnswer> SendAsync(string method, string target, byte[] document, bool isHttpChunked = false)
    {
        var request = _attack.New(method, target.Replace("{uploadId}", _samples.UploadId, StringComparison.Ordinal));
        request.Body = document;
        request.With("Content-MD5", Convert.ToBase64String(MD5.HashData(document)));
        AttackHost.Signer(S3TestHost.Alice).SignHeader(request, AttackHost.Now);
        if (isHttpChunked)
        {
            request.With("Transfer-Encoding", "chunked");
            request.Body = [.. Encoding.ASCII.GetBytes($"{document.Length:x}\r\n"), .. document, .. "\r\n0\r\n\r\n"u8];
        }

        return await _attack.SendAsync(request);
    }

    private static byte[] Attack(string attack, string root, int max)
    {
        // Fills what is allowed, but not more.
        string Repeat(string text) => new StringBuilder().Insert(0, text, (max - 1000) / text.Length).ToString();
        return attack switch
        {
            "utf-16" => Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes($"<{root}/>")).ToArray(),
            "utf-16 without mark" => Encoding.Unicode.GetBytes($"<?xml version=\"1.0\" encoding=\"utf-16\"?><{root}/>"),
            "utf-32" => Encoding.UTF32.GetPreamble().Concat(Encoding.UTF32.GetBytes($"<{root}/>")).ToArray(),
            "latin-1" => Encoding.Latin1.GetBytes($"<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><{root}>\u00FC</{root}>"),
            "overlong utf-8" => [.. Encoding.ASCII.GetBytes($"<{root}>"), 0xC0, 0xAF, .. Encoding.ASCII.GetBytes($"</{root}>")],
            "surrogate" => [.. Encoding.ASCII.GetBytes($"<{root}>"), 0xED, 0xA0, 0x80, .. Encoding.ASCII.GetBytes($"</{root}>")],
            _ => Encoding.UTF8.GetBytes(attack switch
            {
                "junk" => "this is no xml",
                "doctype" => $"<!DOCTYPE {root}><{root}/>",
                "external entity" => $"<!DOCTYPE r [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><{root}>&e;</{root}>",
                "billion laughs" => "<!DOCTYPE r [<!ENTITY a \"ha\">"
                    + string.Concat(Enumerable.Range('b', 20).Select(c => $"<!ENTITY {(char)c} \"&{(char)(c - 1)};&{(char)(c - 1)};&{(char)(c - 1)};\">"))
                    + $"]><{root}>&u;</{root}>",
                "parameter entity" => $"<!DOCTYPE r [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/x.dtd\"> %p;]><{root}/>",
                "nestings" => $"<{root}>{Repeat("<a>")}",
                "end tags" => $"<{root}>{Repeat("</a>")}",
                "attributes" => $"<{root} {string.Concat(Enumerable.Range(0, (max - 1000) / 12).Select(i => $"a{i:x}=\"\" "))}><x/></{root}>",
                "long attribute" => $"<{root} a=\"{Repeat("x")}\"><x/></{root}>",
                "long name" => $"<{Repeat("x")}/>",
                "surrogate reference" => $"<{root}>&#xD800;</{root}>",
                "other root" => "<Other/>",
                "two roots" => $"<{root}/><{root}/>",
                "text after" => $"<{root}/>junk",
                "text before" => $"junk<{root}/>",
                "foreign namespace" => $"<{root} xmlns=\"http://example.com/\"/>",
                "foreign child" => $"<{root}><x:Object xmlns:x=\"http://example.com/\"/></{root}>",
                "unknown child" => $"<{root}><Unknown/></{root}>",
                "unknown entity" => $"<{root}>&nbsp;</{root}>",
                "unclosed" => $"<{root}>",
                "nul" => $"<{root}>\0</{root}",
                "version 1.1" => $"<?xml version=\"1.1\"?><{root}/>",
                "undeclared prefix" => $"<s:{root}/>",
                "cdata bomb" => $"<{root}>{Repeat("<![CDATA[a]]>")}<Unknown/></{root}>",
                "comment bomb" => $"<{root}>{Repeat("a<!---->")}<Unknown/></{root}>",
                "half a comment" => $"<{root}/><!-- ",
                _ => throw new ArgumentOutOfRangeException(nameof(attack), attack, null),
            }),
        };
    }
}
