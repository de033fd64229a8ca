using System.Globalization;
using BleepStore.Api.Auth;
using BleepStore.Api.Protocol;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Auth;

/// <summary>What attackers and broken clients try with a signature in the Authorization header.</summary>
public sealed class SignatureV4HeaderTests
{
    private readonly VerifierFixture _fixture = new();

    [Theory]
    [InlineData("/b/plain.txt")]
    [InlineData("/b/a%20b+c%2Bd/%E2%82%AC.txt?x-id=GetObject")]
    [InlineData("/b/a/../c/./d//e/")]
    [InlineData("/b//leading")]
    [InlineData("/b/%2e%2e%2fetc")]
    [InlineData("/b/%252F%25")]
    [InlineData("/b/a(b)*c'd!e$f&g=h;i@j:k,l~m")]
    [InlineData("/b?list-type=2&prefix=a%2Fb%20c&delimiter=%2F&start-after=%C3%A4")]
    [InlineData("/b?b=2&a=2&a=1&a&B=&%61%2D=x")]
    [InlineData("/b?prefix=a+b")]
    [InlineData("/b?a%3Db=1&a=2&a%26=3")]
    [InlineData("/b?acl")]
    [InlineData("/")]
    public async Task Any_path_and_query_that_was_signed_verifies(string target)
    {
        var request = new TestRequest("GET", target);
        _fixture.Signer.SignHeader(request, VerifierFixture.Now);
        (await _fixture.VerifyAsync(request)).IsSigned.ShouldBeTrue();
    }

    [Fact]
    public async Task Header_values_are_trimmed_folded_and_joined()
    {
        var request = new TestRequest("PUT", "/b/k").With("x-amz-meta-a", "  one   two\tthree ")
            .With("x-amz-meta-b", "1").With("X-Amz-Meta-B", "2").With("x-amz-meta-empty", "")
            .With("x-amz-meta-text", "grüße €").With("User-Agent", "test  agent");
        _fixture.Signer.SignHeader(request, VerifierFixture.Now, alsoSign: ["user-agent", "content-length"]);
        (await _fixture.VerifyAsync(request)).IsSigned.ShouldBeTrue();
    }

    [Fact]
    public async Task A_long_query_that_needs_encoding_costs_by_its_length()
    {
        const int count = 1500;
        var query = string.Join('&', Enumerable.Range(0, count).Select(i => $"%2F={(i * 7919) % count}%3D"));
        var request = new TestRequest("GET", "/b/k").WithQuery(query);
        _fixture.Signer.SignHeader(request, VerifierFixture.Now);
        (await _fixture.VerifyAsync(request)).IsSigned.ShouldBeTrue();

        var before = GC.GetAllocatedBytesForCurrentThread();
        var verified = _fixture.VerifyAsync(request);
        verified.IsCompletedSuccessfully.ShouldBeTrue("nothing waits, so all of it is this thread's");
        ((GC.GetAllocatedBytesForCurrentThread() - before) / count).ShouldBeLessThan(2000);
        (await verified).IsSigned.ShouldBeTrue();
    }

    [Fact]
    public async Task The_date_header_serves_where_x_amz_date_is_missing()
    {
        foreach (var date in new[] { "Fri, 24 May 2013 00:00:00 GMT", "Fri, 24 May 2013 02:00:00 +0200", "20130524T000000Z" })
        {
            var request = new TestRequest("GET", "/b/k").With("Date", date).With("x-amz-content-sha256", TestSigner.EmptyHash);
            _fixture.Signer.SignHeaderWith(request, VerifierFixture.Now, "date;host;x-amz-content-sha256");
            (await _fixture.VerifyAsync(request)).IsSigned.ShouldBeTrue(date);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("yesterday")]
    public async Task A_request_without_a_usable_date_is_refused(string? date)
    {
        var request = Signed();
        request.Remove("x-amz-date");
        if (date is not null)
        {
            request.With("x-amz-date", date);
        }

        (await _fixture.RefuseAsync(request, S3Errors.AccessDenied)).Message
            .ShouldBe("AWS authentication requires a valid Date or x-amz-date header");
    }

    [Fact]
    public async Task A_changed_method_does_not_match() => await MismatchAsync(request => request.Method = "DELETE");

    [Fact]
    public async Task A_changed_bucket_does_not_match() => await MismatchAsync(request => request.Target = "/other/key");

    [Fact]
    public async Task A_changed_key_does_not_match() => await MismatchAsync(request => request.Target = "/bucket/other");

    [Fact]
    public async Task An_added_query_parameter_does_not_match() => await MismatchAsync(request => request.WithQuery("acl"));

    [Fact]
    public async Task A_changed_host_does_not_match() => await MismatchAsync(request => request.Host = "example.com");

    [Fact]
    public async Task A_changed_signed_header_does_not_match() => await MismatchAsync(request => request.Set("x-amz-meta-a", "2"));

    [Fact]
    public async Task A_changed_payload_hash_does_not_match()
        => await MismatchAsync(request => request.Set("x-amz-content-sha256", TestSigner.UnsignedPayload));

    [Fact]
    public async Task A_second_value_of_a_signed_header_does_not_match()
        => await MismatchAsync(request => request.With("x-amz-meta-a", "2"));

    [Fact]
    public async Task A_signature_in_upper_case_does_not_match()
        => await MismatchAsync(request => SpoilAuthorization(request, text => text[..^64] + text[^64..].ToUpperInvariant()));

    [Fact]
    public async Task A_shortened_signature_does_not_match()
        => await MismatchAsync(request => SpoilAuthorization(request, text => text[..^1]));

    [Fact]
    public async Task A_signature_that_is_not_ascii_does_not_match()
        => await MismatchAsync(request => SpoilAuthorization(request, text => text[..^1] + "é"));

    [Fact]
    public async Task A_signature_of_another_secret_does_not_match()
    {
        var request = new TestRequest("GET", "/bucket/key");
        new TestSigner(VerifierFixture.AccessKey, "wrong").SignHeader(request, VerifierFixture.Now);
        await _fixture.RefuseAsync(request, S3Errors.SignatureDoesNotMatch);
    }

    [Fact]
    public async Task A_mismatch_shows_what_the_server_signed()
    {
        var request = Signed();
        request.Target = "/bucket/other";
        var error = await _fixture.RefuseAsync(request, S3Errors.SignatureDoesNotMatch);
        var details = error.Details.ToDictionary();
        details.Keys.ShouldBe(
            ["AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes", "CanonicalRequest", "CanonicalRequestBytes"]);
        var signedHeaders = "host;x-amz-content-sha256;x-amz-date;x-amz-meta-a";
        var canonical = TestSigner.CanonicalRequest(request, signedHeaders, TestSigner.EmptyHash);
        details["AWSAccessKeyId"].ShouldBe(VerifierFixture.AccessKey);
        details["CanonicalRequest"].ShouldBe(canonical);
        details["CanonicalRequestBytes"].ShouldStartWith("47 45 54 0a 2f 62");
        details["StringToSign"].ShouldBe($"AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"
            + TestSigner.HexSha256(System.Text.Encoding.UTF8.GetBytes(canonical)));
        details["StringToSignBytes"].ShouldStartWith("41 57 53 34");
        details["SignatureProvided"].Length.ShouldBe(64);
    }

    [Theory]
    [InlineData("eu-west-1", "s3", "aws4_request", "Region")]
    [InlineData("us-east-1", "sts", "aws4_request", null)]
    [InlineData("us-east-1", "s3", "aws5_request", null)]
    public async Task A_scope_of_elsewhere_is_malformed(string region, string service, string terminator, string? detail)
    {
        var request = new TestRequest("GET", "/b/k");
        new TestSigner(VerifierFixture.AccessKey, VerifierFixture.Secret, region) { Service = service, Terminator = terminator }
            .SignHeader(request, VerifierFixture.Now);
        var error = await _fixture.RefuseAsync(request, S3Errors.AuthorizationHeaderMalformed);
        error.Details.Select(pair => pair.Key).ShouldBe(detail is null ? [] : [detail]);
        if (detail is not null)
        {
            error.Details[0].Value.ShouldBe("us-east-1");
            error.Message.ShouldBe("The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'us-east-1'");
        }
    }

    [Fact]
    public async Task A_scope_of_another_day_is_malformed()
    {
        var request = Signed();
        SpoilAuthorization(request, text => text.Replace("/20130524/", "/20130523/", StringComparison.Ordinal));
        await _fixture.RefuseAsync(request, S3Errors.AuthorizationHeaderMalformed);
    }

    [Theory]
    [InlineData("AWS4-HMAC-SHA256 ")]
    [InlineData("AWS4-HMAC-SHA256 nonsense")]
    [InlineData("AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=a")]
    [InlineData("AWS4-HMAC-SHA256 Credential=/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=a")]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/2013052x/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=a")]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request, SignedHeaders=host")]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request, Signature=a")]
    [InlineData("AWS4-HMAC-SHA256 SignedHeaders=host, Signature=a")]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=a, Signature=b")]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=a, Extra=b")]
    public async Task A_header_that_breaks_the_grammar_is_malformed(string authorization)
        => await _fixture.RefuseAsync(Signed().Set("Authorization", authorization), S3Errors.AuthorizationHeaderMalformed);

    [Theory]
    [InlineData("Credential=a,,Signature=b", "the authorization component \"\" is malformed.")]
    [InlineData("Credential=a, SignedHeaders-host, Signature=b", "the authorization component \"SignedHeaders-host\" is malformed.")]
    [InlineData("Credential=a, Credential=b, Signature=c", "missing SignedHeaders.")]
    [InlineData("Credential=a, SignedHeaders=host, missing=b", "missing Signature.")]
    [InlineData("Credential=a, missing=host, Signature=b", "missing SignedHeaders.")]
    [InlineData("missing=a, SignedHeaders=host, Signature=b", "missing Credential.")]
    [InlineData("=a, SignedHeaders=host, Signature=b", "missing Credential.")]
    [InlineData("Credential=a, SignedHeaders=host", "the authorization header requires three components: Credential, SignedHeaders, and Signature.")]
    [InlineData("Credential=a/b/us-east-1/s3/aws5_request, SignedHeaders=host, Signature=b", "incorrect terminal \"aws5_request\". This endpoint uses \"aws4_request\".")]
    [InlineData("Credential=a/b/us-east-1/sns/aws4_request, SignedHeaders=host, Signature=b", "incorrect service \"sns\". This endpoint belongs to \"s3\".")]
    [InlineData("Credential=a/b/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=b", "incorrect date format \"b\". This date in the credential must be in the format \"yyyyMMdd\".")]
    public async Task A_malformed_header_is_told_what_is_wrong_with_it(string components, string expected)
        => (await _fixture.RefuseAsync(Signed().Set("Authorization", "AWS4-HMAC-SHA256 " + components), S3Errors.AuthorizationHeaderMalformed))
            .Message.ShouldBe("The authorization header is malformed; " + expected);

    [Fact]
    public void A_scope_for_another_service_is_read_and_a_broken_one_is_the_headers_fault()
    {
        var request = new TestRequest("POST", "/");
        new TestSigner(VerifierFixture.AccessKey, VerifierFixture.Secret, "eu-west-1") { Service = "sts" }.SignHeader(request, VerifierFixture.Now);
        var credential = SignatureV4Header.ParseQuery(request.ToIncoming(), VerifierFixture.Now).Credential;
        credential.ServiceName.ToString().ShouldBe("sts");
        credential.Region.ToString().ShouldBe("eu-west-1");
        SpoilAuthorization(request, text => text.Replace("aws4_request", "aws5_request", StringComparison.Ordinal));
        Should.Throw<S3Exception>(() => SignatureV4Header.ParseQuery(request.ToIncoming(), VerifierFixture.Now))
            .Error.Code.ShouldBe("AuthorizationHeaderMalformed");
    }

    [Theory]
    [InlineData("AWS4-HMAC-SHA256")]
    [InlineData("AWS HAHAHA")]
    [InlineData("Basic YTpi")]
    [InlineData("Bearer token")]
    [InlineData("aws4-hmac-sha256 Credential=a")]
    public async Task Another_kind_of_authorization_is_never_taken_for_none(string authorization)
        => await _fixture.RefuseAsync(new TestRequest("GET", "/b/k").With("Authorization", authorization), S3Errors.InvalidArgument);

    [Fact]
    public async Task An_empty_authorization_is_nobodys_and_denied()
        => await _fixture.RefuseAsync(new TestRequest("GET", "/b/k").With("Authorization", ""), S3Errors.AccessDenied);

    [Fact]
    public async Task A_signature_of_an_elliptic_curve_is_not_supported()
        => await _fixture.RefuseAsync(Signed().Set("Authorization", "AWS4-ECDSA-P256-SHA256 Credential=a"), S3Errors.InvalidRequest);

    [Fact]
    public async Task Two_authorization_headers_are_refused()
    {
        var request = Signed();
        await _fixture.RefuseAsync(request.With("Authorization", request.Header("Authorization")!), S3Errors.InvalidArgument);
    }

    [Fact]
    public async Task Header_and_query_together_are_refused()
    {
        var request = Signed();
        _fixture.Signer.Presign(request, VerifierFixture.Now);
        var error = await _fixture.RefuseAsync(request, S3Errors.InvalidArgument);
        error.Message.ShouldStartWith("Only one auth mechanism allowed");
    }

    [Theory]
    [InlineData("x-amz-date;host", "x-amz-date first")]
    [InlineData("host;x-amz-content-sha256;x-amz-date;x-amz-date", "twice")]
    [InlineData("Host;x-amz-content-sha256;x-amz-date", "upper case")]
    [InlineData("host;;x-amz-content-sha256;x-amz-date", "empty name")]
    [InlineData("host;x-amz-content-sha256;x-amz-date;", "empty last name")]
    public async Task A_list_of_signed_headers_that_breaks_a_rule_is_malformed(string signedHeaders, string why)
    {
        var request = Dated();
        _fixture.Signer.SignHeaderWith(request, VerifierFixture.Now, signedHeaders);
        (await _fixture.RefuseAsync(request)).Code.ShouldBe("AuthorizationHeaderMalformed", why);
    }

    [Fact]
    public async Task A_host_that_is_not_signed_is_refused()
    {
        var request = Dated();
        _fixture.Signer.SignHeaderWith(request, VerifierFixture.Now, "x-amz-content-sha256;x-amz-date");
        var error = await _fixture.RefuseAsync(request, S3Errors.AccessDenied);
        error.Details.ShouldBe([new("HeadersNotSigned", "host")]);
    }

    [Theory]
    [InlineData("x-amz-acl", "public-read")]
    [InlineData("X-Amz-Meta-Planted", "1")]
    [InlineData("x-amz-copy-source", "/secret/object")]
    [InlineData("x-amz-bypass-governance-retention", "true")]
    public async Task An_x_amz_header_that_is_not_signed_is_refused(string name, string value)
    {
        var error = await _fixture.RefuseAsync(Signed().With(name, value), S3Errors.AccessDenied);
        error.Message.ShouldBe("There were headers present in the request which were not signed");
        error.Details.ShouldBe([new("HeadersNotSigned", name.ToLowerInvariant())]);
    }

    [Fact]
    public async Task The_payload_hash_may_stay_unsigned_as_a_header_since_it_ends_the_canonical_request()
    {
        var request = Dated();
        _fixture.Signer.SignHeaderWith(request, VerifierFixture.Now, "host;x-amz-date");
        (await _fixture.VerifyAsync(request)).IsSigned.ShouldBeTrue();
        request.Set("x-amz-content-sha256", TestSigner.UnsignedPayload);
        await _fixture.RefuseAsync(request, S3Errors.SignatureDoesNotMatch);
    }

    [Theory]
    [InlineData(-15, 0, true)]
    [InlineData(15, 0, true)]
    [InlineData(-15, -1, false)]
    [InlineData(15, 1, false)]
    [InlineData(-60 * 24 * 365, 0, false)]
    public async Task Clocks_may_differ_by_fifteen_minutes_and_not_by_a_second_more(int minutes, int seconds, bool accepted)
    {
        var request = new TestRequest("GET", "/b/k");
        var at = VerifierFixture.Now.AddMinutes(minutes).AddSeconds(seconds);
        _fixture.Signer.SignHeader(request, at);
        if (accepted)
        {
            (await _fixture.VerifyAsync(request)).IsSigned.ShouldBeTrue();
            return;
        }

        var error = await _fixture.RefuseAsync(request, S3Errors.RequestTimeTooSkewed);
        error.Details.ShouldBe(
        [
            new("RequestTime", TestSigner.AmzDate(at)),
            new("ServerTime", "2013-05-24T00:00:00Z"),
            new("MaxAllowedSkewMilliseconds", 900000.ToString(CultureInfo.InvariantCulture)),
        ]);
    }

    [Theory]
    [InlineData("AKIDISABLED")]
    [InlineData("AKIUNKNOWN")]
    public async Task A_key_that_is_disabled_or_unknown_does_not_exist(string accessKey)
    {
        var request = new TestRequest("GET", "/b/k");
        new TestSigner(accessKey, VerifierFixture.Secret).SignHeader(request, VerifierFixture.Now);
        var error = await _fixture.RefuseAsync(request, S3Errors.InvalidAccessKeyId);
        error.Details.ShouldBe([new("AWSAccessKeyId", accessKey)]);
    }

    [Fact]
    public async Task Disabling_deleting_and_changing_a_key_take_effect_at_once()
    {
        var request = Signed();
        (await _fixture.VerifyAsync(request)).IsSigned.ShouldBeTrue();
        var credential = _fixture.Keys[VerifierFixture.AccessKey];
        _fixture.Keys[VerifierFixture.AccessKey] = credential with { Secret = "changed" };
        await _fixture.RefuseAsync(request, S3Errors.SignatureDoesNotMatch);
        _fixture.Keys[VerifierFixture.AccessKey] = credential;
        (await _fixture.VerifyAsync(request)).IsSigned.ShouldBeTrue();
        _fixture.Keys[VerifierFixture.AccessKey] = credential with { Active = false };
        await _fixture.RefuseAsync(request, S3Errors.InvalidAccessKeyId);
        _fixture.Keys.Remove(VerifierFixture.AccessKey);
        await _fixture.RefuseAsync(request, S3Errors.InvalidAccessKeyId);
    }

    [Fact]
    public async Task An_access_key_may_contain_slashes()
    {
        _fixture.Keys["team/ci"] = new Credential("team/ci", "s", "1", "ci", IsRoot: true, Active: true);
        var request = new TestRequest("GET", "/b/k");
        new TestSigner("team/ci", "s").SignHeader(request, VerifierFixture.Now);
        (await _fixture.VerifyAsync(request)).Caller.ShouldBe(new Caller.Account("1", "ci", "team/ci", IsRoot: true));
    }

    [Fact]
    public async Task A_session_token_is_refused_even_when_signed()
    {
        var request = new TestRequest("GET", "/b/k").With("x-amz-security-token", "foreign");
        _fixture.Signer.SignHeader(request, VerifierFixture.Now);
        await _fixture.RefuseAsync(request, S3Errors.InvalidToken);
    }

    private static TestRequest Dated()
        => new TestRequest("GET", "/b/k").With("x-amz-date", "20130524T000000Z").With("x-amz-content-sha256", TestSigner.EmptyHash);

    private TestRequest Signed()
    {
        var request = new TestRequest("GET", "/bucket/key").With("x-amz-meta-a", "1");
        _fixture.Signer.SignHeader(request, VerifierFixture.Now);
        return request;
    }

    private async Task MismatchAsync(Action<TestRequest> spoil)
    {
        var request = Signed();
        (await _fixture.VerifyAsync(request)).IsSigned.ShouldBeTrue("before it is spoiled");
        spoil(request);
        await _fixture.RefuseAsync(request, S3Errors.SignatureDoesNotMatch);
    }

    private static void SpoilAuthorization(TestRequest request, Func<string, string> spoil)
        => request.Set("Authorization", spoil(request.Header("Authorization")!));
}
