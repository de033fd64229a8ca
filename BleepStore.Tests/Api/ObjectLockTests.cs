using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>
/// Object lock: PutObjectLockConfiguration and GetObjectLockConfiguration, PutObjectRetention, GetObjectRetention, PutObjectLegalHold and
/// GetObjectLegalHold, the headers of writes and reads, and what nobody gets around.
/// </summary>
public abstract class ObjectLockTests(ApiHost fixture)
{
    private const string Bypass = "x-amz-bypass-governance-retention";
    private const string Mode = "x-amz-object-lock-mode";
    private const string Until = "x-amz-object-lock-retain-until-date";
    private const string Hold = "x-amz-object-lock-legal-hold";
    private const string Far = "2099-01-01T00:00:00Z";

    [Fact]
    public async Task A_bucket_is_made_with_object_lock_or_gets_it_where_it_has_versions()
    {
        var bucket = await LockedAsync();
        var shown = await bucket.SendAsync("GET", null, "object-lock", null);
        shown.Xml.Name.ToString().ShouldBe("{http://s3.amazonaws.com/doc/2006-03-01/}ObjectLockConfiguration");
        shown.Element("ObjectLockEnabled").ShouldBe("Enabled");
        shown.Element("Rule").ShouldBeNull();

        (await bucket.SendAsync("PUT", null, "", null, ("x-amz-bucket-object-lock-enabled", "true"))).Status.ShouldBe(200);
        var plain = await TestBucket.CreateAsync(fixture.Host);
        (await plain.SendAsync("PUT", null, "", null, ("x-amz-bucket-object-lock-enabled", "true"))).ErrorCode.ShouldBe("BucketAlreadyOwnedByYou");
        (await plain.SendAsync("GET", null, "object-lock", null)).ErrorCode.ShouldBe("ObjectLockConfigurationNotFoundError");
        var refused = await PutXmlAsync(plain, null, "object-lock", Configuration(""));
        refused.Status.ShouldBe(409);
        refused.ErrorCode.ShouldBe("InvalidBucketState");

        var bad = new TestRequest("PUT", "/lock-maybe", plain.Host.Endpoint.Authority).With("x-amz-bucket-object-lock-enabled", "maybe");
        (await plain.SendAsync(bad)).ErrorCode.ShouldBe("InvalidArgument");
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task There_is_no_governance_to_bypass_in_a_bucket_without_locks(string bypass)
    {
        const string Batch = "<Delete><Object><Key>key</Key></Object></Delete>";
        var plain = await TestBucket.CreateAsync(fixture.Host);
        await plain.PutAsync("key", "Hello");
        foreach (var refused in new[]
        {
            await plain.SendAsync("DELETE", "key", "", null, (Bypass, bypass)),
            await plain.SendAsync("POST", null, "delete", Encoding.UTF8.GetBytes(Batch), ("Content-MD5", Md5(Batch)), (Bypass, bypass)),
        })
        {
            (refused.Status, refused.ErrorCode, refused.Element("ArgumentName")).ShouldBe((400, "InvalidArgument", Bypass));
            refused.Element("Message").ShouldBe("x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.");
        }

        (await plain.HeadAsync("key")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("<Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule>", "GOVERNANCE", "Days", "1")]
    [InlineData("<Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Years>100</Years></DefaultRetention></Rule>", "COMPLIANCE", "Years", "100")]
    public async Task The_default_of_a_bucket_is_kept_and_given_to_new_versions(string rule, string mode, string unit, string count)
    {
        var bucket = await LockedAsync();
        (await PutXmlAsync(bucket, null, "object-lock", Configuration(rule))).Status.ShouldBe(200);
        var shown = await bucket.SendAsync("GET", null, "object-lock", null);
        shown.Xml.Elements().Select(element => element.Name.LocalName).ShouldBe(["ObjectLockEnabled", "Rule"]);
        (shown.Element("Mode"), shown.Element(unit)).ShouldBe((mode, count));

        await bucket.PutAsync("key", "Hello");
        var head = await bucket.HeadAsync("key");
        head.Header(Mode).ShouldBe(mode);
        var written = DateTimeOffset.Parse(head.Header("Last-Modified")!, CultureInfo.InvariantCulture);
        var until = DateTimeOffset.Parse(head.Header(Until)!, CultureInfo.InvariantCulture);
        (until - (unit == "Days" ? written.AddDays(1) : written.AddYears(100))).Duration().ShouldBeLessThan(TimeSpan.FromSeconds(2));
        head.Header(Hold).ShouldBeNull();

        (await PutXmlAsync(bucket, null, "object-lock", Configuration(""))).Status.ShouldBe(200);
        await bucket.PutAsync("free", "Hello");
        (await bucket.HeadAsync("free")).Header(Mode).ShouldBeNull();
    }

    [Theory]
    [InlineData("<ObjectLockConfiguration/>", "MalformedXML")]
    [InlineData("<ObjectLockConfiguration><ObjectLockEnabled>Disabled</ObjectLockEnabled></ObjectLockConfiguration>", "MalformedXML")]
    [InlineData("{<Rule/>}", "MalformedXML")]
    [InlineData("{<Rule><DefaultRetention><Days>1</Days></DefaultRetention></Rule>}", "MalformedXML")]
    [InlineData("{<Rule><DefaultRetention><Mode>governance</Mode><Days>1</Days></DefaultRetention></Rule>}", "MalformedXML")]
    [InlineData("{<Rule><DefaultRetention><Mode>GOVERNANCE</Mode></DefaultRetention></Rule>}", "MalformedXML")]
    [InlineData("{<Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days><Years>1</Years></DefaultRetention></Rule>}", "MalformedXML")]
    [InlineData("{<Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>x</Days></DefaultRetention></Rule>}", "MalformedXML")]
    [InlineData("{<Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>0</Days></DefaultRetention></Rule>}", "InvalidArgument")]
    [InlineData("{<Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Years>-1</Years></DefaultRetention></Rule>}", "InvalidArgument")]
    [InlineData("{<Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>36501</Days></DefaultRetention></Rule>}", "InvalidArgument")]
    [InlineData("{<Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Years>101</Years></DefaultRetention></Rule>}", "InvalidArgument")]
    [InlineData("{<Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>99999999999999999999</Days></DefaultRetention></Rule>}", "MalformedXML")]
    public async Task Configurations_that_S3_does_not_have_are_refused(string document, string code)
    {
        var bucket = await LockedAsync();
        document = document.StartsWith('{') ? Configuration(document[1..^1]) : document;
        var answer = await PutXmlAsync(bucket, null, "object-lock", document);
        answer.Status.ShouldBe(400);
        answer.ErrorCode.ShouldBe(code);
        (await bucket.SendAsync("GET", null, "object-lock", null)).Element("Rule").ShouldBeNull();
    }

    [Fact]
    public async Task A_write_locks_the_version_that_it_makes()
    {
        var bucket = await LockedAsync();
        var put = await PutLockedAsync(bucket, "key", (Mode, "GOVERNANCE"), (Until, Far), (Hold, "ON"));
        put.Status.ShouldBe(200, put.Text);
        foreach (var method in (string[])["GET", "HEAD"])
        {
            var read = await bucket.SendAsync(method, "key", "", null);
            read.Header(Mode).ShouldBe("GOVERNANCE");
            read.Header(Until).ShouldBe("2099-01-01T00:00:00.000Z");
            read.Header(Hold).ShouldBe("ON");
        }

        (await bucket.CopyAsync("key", "copy", (Hold, "OFF"))).Status.ShouldBe(200);
        var copy = await bucket.HeadAsync("copy");
        (copy.Header(Mode), copy.Header(Hold)).ShouldBe((null, "OFF"));

        var id = await bucket.CreateUploadAsync("parts", (Mode, "COMPLIANCE"), (Until, "2098-05-06T07:08:09.5+02:00"));
        await bucket.PutPartAsync("parts", id, 1, "Hello"u8.ToArray());
        (await bucket.CompleteAsync("parts", id, TestBucket.PartList((1, TestBucket.Md5("Hello"u8.ToArray()))))).ErrorCode.ShouldBeNull();
        var parts = await bucket.HeadAsync("parts");
        (parts.Header(Mode), parts.Header(Until)).ShouldBe(("COMPLIANCE", "2098-05-06T05:08:09.500Z"));

        var form = new TestForm().With("key", "form").With(Mode, "GOVERNANCE").With(Until, Far).With("Content-MD5", "ixqZU8RhEpaoJ6v4xHgE1w==").WithFile("Hello");
        var posted = await PostObjectTests.PostAsync(bucket, PostObjectTests.Signed(
            bucket, form, """["starts-with", "$key", ""], ["starts-with", "$x-amz-object-lock-mode", ""]""",
            """["starts-with", "$x-amz-object-lock-retain-until-date", ""], ["starts-with", "$Content-MD5", ""]"""));
        posted.Status.ShouldBe(204, posted.Text);
        (await bucket.HeadAsync("form")).Header(Mode).ShouldBe("GOVERNANCE");
    }

    [Fact]
    public async Task Headers_that_lock_nothing_are_refused()
    {
        var bucket = await LockedAsync();
        async Task<string?> CodeAsync(params (string, string)[] headers) => (await PutLockedAsync(bucket, "key", headers)).ErrorCode;

        (await CodeAsync((Mode, "GOVERNANCE"))).ShouldBe("InvalidArgument");
        (await CodeAsync((Until, Far))).ShouldBe("InvalidArgument");
        (await CodeAsync((Mode, "governance"), (Until, Far))).ShouldBe("InvalidArgument");
        (await CodeAsync((Mode, "GOVERNANCE"), (Until, "2001-01-01T00:00:00Z"))).ShouldBe("InvalidArgument");
        (await CodeAsync((Mode, "GOVERNANCE"), (Until, "tomorrow"))).ShouldBe("InvalidArgument");
        (await CodeAsync((Hold, "on"))).ShouldBe("InvalidArgument");
        var unproven = bucket.Request("PUT", "key").With(Hold, "ON").WithBody("Hello");
        (await bucket.SendAsync(unproven)).ErrorCode.ShouldBe("InvalidRequest");
        var plain = await TestBucket.CreateAsync(fixture.Host);
        var missing = await PutLockedAsync(plain, "key", (Hold, "ON"));
        missing.ErrorCode.ShouldBe("InvalidRequest");
        missing.Element("Message").ShouldBe("Bucket is missing ObjectLockConfiguration");
        (await PutLockedAsync(plain, "key", (Hold, "on"))).ErrorCode.ShouldBe("InvalidArgument");
        (await bucket.HeadAsync("key")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Retention_and_legal_hold_are_put_and_shown()
    {
        var bucket = await LockedAsync();
        await bucket.PutAsync("key", "Hello");
        (await bucket.SendAsync("GET", "key", "retention", null)).ErrorCode.ShouldBe("NoSuchObjectLockConfiguration");
        (await bucket.SendAsync("GET", "key", "legal-hold", null)).ErrorCode.ShouldBe("NoSuchObjectLockConfiguration");
        (await PutXmlAsync(bucket, "key", "retention", "")).ErrorCode.ShouldBe("MalformedXML");
        (await PutXmlAsync(bucket, "key", "legal-hold", "")).ErrorCode.ShouldBe("MalformedXML");
        (await RetainAsync(bucket, "key", "GOVERNANCE", Far)).Status.ShouldBe(200);
        (await PutXmlAsync(bucket, "key", "legal-hold", "<LegalHold><Status>ON</Status></LegalHold>")).Status.ShouldBe(200);
        var retention = await bucket.SendAsync("GET", "key", "retention", null);
        retention.Xml.Name.ToString().ShouldBe("{http://s3.amazonaws.com/doc/2006-03-01/}Retention");
        (retention.Element("Mode"), retention.Element("RetainUntilDate")).ShouldBe(("GOVERNANCE", "2099-01-01T00:00:00.000Z"));
        (await bucket.SendAsync("GET", "key", "legal-hold", null)).Element("Status").ShouldBe("ON");
        (await PutXmlAsync(bucket, "key", "legal-hold", "<LegalHold><Status>OFF</Status></LegalHold>")).Status.ShouldBe(200);
        (await bucket.SendAsync("GET", "key", "legal-hold", null)).Element("Status").ShouldBe("OFF");

        (await RetainAsync(bucket, "absent", "GOVERNANCE", Far)).ErrorCode.ShouldBe("NoSuchKey");
        (await bucket.SendAsync("GET", "absent", "retention", null)).ErrorCode.ShouldBe("NoSuchKey");
        (await bucket.SendAsync("GET", "key", "retention&versionId=f723f5a366ff3fff0123456789abcdef", null)).ErrorCode.ShouldBe("NoSuchVersion");
        (await RetainAsync(bucket, "key", "governance", Far)).ErrorCode.ShouldBe("MalformedXML");
        (await RetainAsync(bucket, "key", "GOVERNANCE", "soon")).ErrorCode.ShouldBe("MalformedXML");
        (await RetainAsync(bucket, "key", "GOVERNANCE", "2001-01-01T00:00:00Z")).ErrorCode.ShouldBe("InvalidArgument");
        (await PutXmlAsync(bucket, "key", "retention", "<Retention><Mode>GOVERNANCE</Mode></Retention>")).ErrorCode.ShouldBe("MalformedXML");
        (await PutXmlAsync(bucket, "key", "legal-hold", "<LegalHold><Status>abc</Status></LegalHold>")).ErrorCode.ShouldBe("MalformedXML");
        (await PutXmlAsync(bucket, "key", "legal-hold", "<LegalHold/>")).ErrorCode.ShouldBe("MalformedXML");

        var plain = await TestBucket.CreateAsync(fixture.Host);
        await plain.PutAsync("key", "Hello");
        (await RetainAsync(plain, "key", "GOVERNANCE", Far)).ErrorCode.ShouldBe("InvalidRequest");
        (await plain.SendAsync("GET", "key", "retention", null)).ErrorCode.ShouldBe("InvalidRequest");
        (await plain.SendAsync("GET", "key", "legal-hold", null)).ErrorCode.ShouldBe("InvalidRequest");
        (await PutXmlAsync(plain, "key", "legal-hold", "<LegalHold><Status>ON</Status></LegalHold>")).ErrorCode.ShouldBe("InvalidRequest");
    }

    [Fact]
    public async Task Compliance_holds_against_the_root_whatever_it_sends()
    {
        var bucket = await LockedAsync();
        await bucket.PutAsync("key", "Hello");
        (await RetainAsync(bucket, "key", "COMPLIANCE", Far)).Status.ShouldBe(200);
        (await RetainAsync(bucket, "key", "COMPLIANCE", "2098-01-01T00:00:00Z", (Bypass, "true"))).ErrorCode.ShouldBe("AccessDenied");
        (await RetainAsync(bucket, "key", "GOVERNANCE", Far, (Bypass, "true"))).ErrorCode.ShouldBe("AccessDenied");
        (await PutXmlAsync(bucket, "key", "retention", "<Retention/>", (Bypass, "true"))).ErrorCode.ShouldBe("AccessDenied");
        (await RetainAsync(bucket, "key", "COMPLIANCE", "2100-01-01T00:00:00Z")).Status.ShouldBe(200);
        (await bucket.SendAsync("DELETE", null, "", null)).ErrorCode.ShouldBe("BucketNotEmpty");
        (await PutXmlAsync(bucket, null, "object-lock", Configuration(""))).Status.ShouldBe(200);
        (await bucket.SendAsync("GET", "key", "retention", null)).Element("RetainUntilDate").ShouldBe("2100-01-01T00:00:00.000Z");
        (await bucket.GetAsync("key")).Text.ShouldBe("Hello");
    }

    [Fact]
    public async Task Governance_is_passed_over_by_those_alone_who_ask_and_may()
    {
        var bucket = await LockedAsync();
        await bucket.PutAsync("key", "Hello");
        (await RetainAsync(bucket, "key", "GOVERNANCE", Far)).Status.ShouldBe(200);
        (await RetainAsync(bucket, "key", "GOVERNANCE", "2098-01-01T00:00:00Z")).ErrorCode.ShouldBe("AccessDenied");
        (await RetainAsync(bucket, "key", "COMPLIANCE", Far)).ErrorCode.ShouldBe("AccessDenied");
        (await RetainAsync(bucket, "key", "GOVERNANCE", "2098-01-01T00:00:00Z", (Bypass, "false"))).ErrorCode.ShouldBe("AccessDenied");
        (await RetainAsync(bucket, "key", "GOVERNANCE", "2098-01-01T00:00:00Z", (Bypass, "true"))).Status.ShouldBe(200);
        (await PutXmlAsync(bucket, "key", "retention", "<Retention/>", (Bypass, "true"))).Status.ShouldBe(200);
        (await bucket.SendAsync("GET", "key", "retention", null)).ErrorCode.ShouldBe("NoSuchObjectLockConfiguration");
    }

    [Fact]
    public async Task A_locked_version_is_deleted_by_nobody_and_hidden_by_anybody()
    {
        var bucket = await LockedAsync();
        var held = (await PutLockedAsync(bucket, "held", (Hold, "ON"))).Header("x-amz-version-id")!;
        var kept = (await PutLockedAsync(bucket, "kept", (Mode, "COMPLIANCE"), (Until, Far))).Header("x-amz-version-id")!;
        var governed = (await PutLockedAsync(bucket, "governed", (Mode, "GOVERNANCE"), (Until, Far))).Header("x-amz-version-id")!;
        foreach (var (key, version) in ((string, string)[])[("held", held), ("kept", kept), ("governed", governed)])
        {
            var refused = await bucket.SendAsync("DELETE", key, $"versionId={version}", null);
            (refused.Status, refused.ErrorCode).ShouldBe((403, "AccessDenied"));
            refused.Element("Message").ShouldBe("Access Denied because object protected by object lock.");
            (await bucket.DeleteAsync(key)).Header("x-amz-delete-marker").ShouldBe("true");
            (await bucket.SendAsync("GET", key, $"versionId={version}", null)).Text.ShouldBe("Hello");
        }

        (await bucket.SendAsync("GET", "kept", "retention", null)).ErrorCode.ShouldBe("MethodNotAllowed");
        (await bucket.SendAsync("GET", "kept", $"retention&versionId={kept}", null)).Element("Mode").ShouldBe("COMPLIANCE");
        (await bucket.SendAsync("DELETE", "held", $"versionId={held}", null, (Bypass, "true"))).ErrorCode.ShouldBe("AccessDenied");
        (await bucket.SendAsync("DELETE", "kept", $"versionId={kept}", null, (Bypass, "true"))).ErrorCode.ShouldBe("AccessDenied");

        (string, string)[] versions = [("held", held), ("kept", kept), ("governed", governed)];
        var document = "<Delete>" + string.Concat(versions
            .Select(pair => $"<Object><Key>{pair.Item1}</Key><VersionId>{pair.Item2}</VersionId></Object>")) + "</Delete>";
        (string, string)[] md5 = [("Content-MD5", Md5(document))];
        var batch = await bucket.SendAsync("POST", null, "delete", Encoding.UTF8.GetBytes(document), md5);
        batch.Elements("Code").ShouldBe(["AccessDenied", "AccessDenied", "AccessDenied"]);
        batch = await bucket.SendAsync("POST", null, "delete", Encoding.UTF8.GetBytes(document), [.. md5, (Bypass, "true")]);
        batch.Elements("Code").ShouldBe(["AccessDenied", "AccessDenied"]);
        batch.Elements("VersionId").ShouldContain(governed);

        (await PutXmlAsync(bucket, "held", $"legal-hold&versionId={held}", "<LegalHold><Status>OFF</Status></LegalHold>")).Status.ShouldBe(200);
        (await bucket.SendAsync("DELETE", "held", $"versionId={held}", null)).Status.ShouldBe(204);
        (await PutXmlAsync(bucket, null, "versioning", "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>"))
            .ErrorCode.ShouldBe("InvalidBucketState");
    }

    [Fact]
    public async Task Object_lock_comes_later_to_a_bucket_with_versions()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "Hello");
        (await PutXmlAsync(bucket, null, "versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")).Status.ShouldBe(200);
        (await PutXmlAsync(bucket, null, "object-lock", Configuration(""))).Status.ShouldBe(200);
        (await RetainAsync(bucket, "key", "COMPLIANCE", Far)).Status.ShouldBe(200);
        (await bucket.SendAsync("DELETE", "key", "versionId=null", null)).ErrorCode.ShouldBe("AccessDenied");
        await bucket.PutAsync("key", "over");
        (await bucket.SendAsync("GET", "key", "versionId=null", null)).Text.ShouldBe("Hello");
    }

    [Fact]
    public async Task A_policy_limits_how_long_versions_are_retained()
    {
        var bucket = await LockedAsync();
        await bucket.PutAsync("key", "Hello");
        var policy = $$$"""
            {"Version": "2012-10-17", "Statement": [
              {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObjectRetention", "Resource": "arn:aws:s3:::{{{bucket.Name}}}/*",
               "Condition": {"NumericGreaterThan": {"s3:object-lock-remaining-retention-days": "10"} } },
              {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObjectLegalHold", "Resource": "arn:aws:s3:::{{{bucket.Name}}}/*",
               "Condition": {"StringEquals": {"s3:object-lock-legal-hold": "ON"} } }]}
            """;
        (await bucket.SendAsync("PUT", null, "policy", Encoding.UTF8.GetBytes(policy))).Status.ShouldBe(204);
        var (soon, late) = (Days(9), Days(11));
        (await RetainAsync(bucket, "key", "GOVERNANCE", late)).ErrorCode.ShouldBe("AccessDenied");
        (await PutLockedAsync(bucket, "late", (Mode, "GOVERNANCE"), (Until, late))).ErrorCode.ShouldBe("AccessDenied");
        (await PutXmlAsync(bucket, "key", "legal-hold", "<LegalHold><Status>ON</Status></LegalHold>")).ErrorCode.ShouldBe("AccessDenied");
        (await PutLockedAsync(bucket, "held", (Hold, "ON"))).ErrorCode.ShouldBe("AccessDenied");
        (await RetainAsync(bucket, "key", "GOVERNANCE", soon)).Status.ShouldBe(200);
        (await PutLockedAsync(bucket, "soon", (Mode, "GOVERNANCE"), (Until, soon))).Status.ShouldBe(200);
        (await PutXmlAsync(bucket, "key", "legal-hold", "<LegalHold><Status>OFF</Status></LegalHold>")).Status.ShouldBe(200);
        var bare = bucket.Request("PUT", "key", "retention").WithBody($"<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>{soon}</RetainUntilDate></Retention>");
        (await bucket.SendAsync(bare)).ErrorCode.ShouldBe("InvalidRequest", "a digest is demanded also where the policy has read the document");

        static string Days(int count) => TimeProvider.System.GetUtcNow().AddDays(count).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_reader_is_told_of_a_lock_only_with_the_right_to_ask_for_it()
    {
        var bucket = await LockedAsync();
        (await PutLockedAsync(bucket, "key", (Mode, "GOVERNANCE"), (Until, Far), (Hold, "ON"), ("x-amz-acl", "public-read"))).Status.ShouldBe(200);
        var anonymous = await bucket.SendAsItIsAsync(bucket.Request("GET", "key"));
        anonymous.Text.ShouldBe("Hello");
        (anonymous.Header(Mode), anonymous.Header(Until), anonymous.Header(Hold)).ShouldBe((null, null, null));
        var policy = $$"""
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObjectLegalHold", "Resource": "arn:aws:s3:::{{bucket.Name}}/*"}]}
            """;
        (await bucket.SendAsync("PUT", null, "policy", Encoding.UTF8.GetBytes(policy))).Status.ShouldBe(204);
        anonymous = await bucket.SendAsItIsAsync(bucket.Request("HEAD", "key"));
        (anonymous.Header(Mode), anonymous.Header(Hold)).ShouldBe((null, "ON"));
    }

    [Fact]
    public async Task A_right_to_write_is_none_to_lock_or_to_bypass()
    {
        var bucket = await LockedAsync();
        (await bucket.SendAsync("PUT", null, "acl", null, ("x-amz-grant-full-control", "id=bob"))).Status.ShouldBe(200);
        var plain = bucket.Request("PUT", "bobs").WithBody("Hello");
        var version = (await bucket.SendAsync(plain, S3TestHost.Bob)).Header("x-amz-version-id").ShouldNotBeNull();
        foreach (var (name, value) in ((string, string)[])[(Hold, "ON"), (Mode, "COMPLIANCE"), (Until, Far)])
        {
            var request = bucket.Request("PUT", "bobs").With(name, value).With("Content-MD5", Md5("Hello")).WithBody("Hello");
            (await bucket.SendAsync(request, S3TestHost.Bob)).ErrorCode.ShouldBe("AccessDenied", name);
            var lifted = bucket.Request("PUT", "bobs", $"{name}={Uri.EscapeDataString(value)}").WithBody("Hello");
            TestBucket.Signer(S3TestHost.Bob).Presign(lifted, TimeProvider.System.GetUtcNow());
            (await bucket.SendAsItIsAsync(lifted)).ErrorCode.ShouldBe("AccessDenied", name);
        }

        (await bucket.SendAsync(bucket.Request("DELETE", "bobs", $"versionId={version}").With(Bypass, "true"), S3TestHost.Bob)).ErrorCode.ShouldBe("AccessDenied");
        var batch = bucket.Request("POST", null, "delete").With(Bypass, "true")
            .WithBody($"<Delete><Object><Key>bobs</Key><VersionId>{version}</VersionId></Object></Delete>");
        batch.With("Content-MD5", Convert.ToBase64String(MD5.HashData(batch.Body)));
        (await bucket.SendAsync(batch, S3TestHost.Bob)).Element("Code").ShouldBe("AccessDenied");
        (await bucket.SendAsync(bucket.Request("DELETE", "bobs"), S3TestHost.Bob)).Status.ShouldBe(204);
    }

    private async Task<TestBucket> LockedAsync()
    {
        var bucket = TestBucket.Unmade(fixture.Host);
        (await bucket.SendAsync("PUT", null, "", null, ("x-amz-bucket-object-lock-enabled", "true"))).Status.ShouldBe(200);
        return bucket;
    }

    private static string Configuration(string rule)
        => $"<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>{rule}</ObjectLockConfiguration>";

    private static Task<RawResponse> RetainAsync(TestBucket bucket, string key, string mode, string until, params (string Name, string Value)[] headers)
        => PutXmlAsync(bucket, key, "retention", $"<Retention><Mode>{mode}</Mode><RetainUntilDate>{until}</RetainUntilDate></Retention>", headers);

    private static Task<RawResponse> PutXmlAsync(TestBucket bucket, string? key, string query, string document, params (string Name, string Value)[] headers)
        => bucket.SendAsync("PUT", key, query, Encoding.UTF8.GetBytes(document), [("Content-MD5", Md5(document)), .. headers]);

    private static Task<RawResponse> PutLockedAsync(TestBucket bucket, string key, params (string Name, string Value)[] headers)
        => bucket.PutAsync(key, "Hello", [("Content-MD5", Md5("Hello")), .. headers]);

    private static string Md5(string text) => Convert.ToBase64String(MD5.HashData(Encoding.UTF8.GetBytes(text)));
}

/// <inheritdoc/>
public sealed class MemoryObjectLockApiTests(MemoryApiHost fixture) : ObjectLockTests(fixture), IClassFixture<MemoryApiHost>;

/// <inheritdoc/>
public sealed class DurableObjectLockApiTests(DurableApiHost fixture) : ObjectLockTests(fixture), IClassFixture<DurableApiHost>;
