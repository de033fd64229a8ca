using BleepStore.Api.Auth;
using BleepStore.Api.Protocol;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Auth;

/// <summary>What attackers and broken clients try with a presigned URL.</summary>
public sealed class SignatureV4QueryTests
{
    private readonly VerifierFixture _fixture = new();

    [Theory]
    [InlineData("1")]
    [InlineData("604800")]
    public async Task A_presigned_url_verifies_until_its_last_second(string expires)
    {
        var request = Presigned("/b/k%20?response-content-type=text%2Fplain", expires);
        _fixture.Clock.Advance(TimeSpan.FromSeconds(int.Parse(expires, System.Globalization.CultureInfo.InvariantCulture)));
        var verified = await _fixture.VerifyAsync(request);
        verified.IsPresigned.ShouldBeTrue();
        verified.Payload.ShouldBeOfType<PayloadMode.Unsigned>();
    }

    [Fact]
    public async Task An_expired_url_is_denied_with_its_times()
    {
        var request = Presigned("/b/k", "60");
        _fixture.Clock.Advance(TimeSpan.FromSeconds(61));
        var error = await _fixture.RefuseAsync(request, S3Errors.AccessDenied);
        error.Message.ShouldBe("Request has expired");
        error.Details.ShouldBe(
            [new("X-Amz-Expires", "60"), new("Expires", "2013-05-24T00:01:00Z"), new("ServerTime", "2013-05-24T00:01:01Z")]);
    }

    [Fact]
    public async Task A_url_from_the_future_is_not_valid_yet()
    {
        var request = Presigned("/b/k", "604800");
        _fixture.Clock.Advance(TimeSpan.FromMinutes(-15));
        (await _fixture.VerifyAsync(request)).IsSigned.ShouldBeTrue("fifteen minutes are allowed");
        _fixture.Clock.Advance(TimeSpan.FromSeconds(-1));
        (await _fixture.RefuseAsync(request, S3Errors.AccessDenied)).Message.ShouldBe("Request is not valid yet");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("604801")]
    [InlineData("abc")]
    [InlineData("")]
    [InlineData("1.5")]
    [InlineData("0x10")]
    [InlineData("99999999999999999999")]
    public async Task A_lifetime_out_of_range_is_refused(string expires)
        => await _fixture.RefuseAsync(Presigned("/b/k", expires), S3Errors.AuthorizationQueryParametersError);

    [Theory]
    [InlineData("0", "X-Amz-Expires must be at least one second")]
    [InlineData("-1", "X-Amz-Expires must be non-negative")]
    [InlineData("abc", "X-Amz-Expires should be a number")]
    public async Task A_lifetime_out_of_range_is_told_why(string expires, string message)
        => (await _fixture.RefuseAsync(Presigned("/b/k", expires), S3Errors.AuthorizationQueryParametersError)).Message.ShouldBe(message);

    [Fact]
    public async Task A_url_for_another_method_does_not_match() => await MismatchAsync(request => request.Method = "PUT");

    [Fact]
    public async Task A_url_for_another_bucket_does_not_match() => await MismatchAsync(request => Replace(request, "/bucket/", "/other/"));

    [Fact]
    public async Task A_url_for_another_key_does_not_match() => await MismatchAsync(request => Replace(request, "/key", "/other"));

    [Fact]
    public async Task A_url_for_another_host_does_not_match() => await MismatchAsync(request => request.Host = "127.0.0.1:9001");

    [Theory]
    [InlineData("acl")]
    [InlineData("versionId=1")]
    [InlineData("response-content-type=text%2Fhtml")]
    [InlineData("x-amz-acl=public-read")]
    [InlineData("foo=1")]
    public async Task An_added_query_parameter_does_not_match(string parameter)
        => await MismatchAsync(request => request.WithQuery(parameter));

    [Fact]
    public async Task A_longer_lifetime_does_not_match()
        => await MismatchAsync(request => Replace(request, "X-Amz-Expires=3600", "X-Amz-Expires=604800"));

    [Fact]
    public async Task A_later_date_does_not_match()
        => await MismatchAsync(request => Replace(request, "X-Amz-Date=20130524T000000Z", "X-Amz-Date=20130524T000100Z"));

    [Fact]
    public async Task A_date_that_is_not_the_scopes_is_refused()
    {
        var request = Presigned("/b/k");
        Replace(request, "X-Amz-Date=20130524", "X-Amz-Date=20130523");
        await _fixture.RefuseAsync(request, S3Errors.AuthorizationQueryParametersError);
    }

    [Theory]
    [InlineData("eu-west-1", "s3", "aws4_request")]
    [InlineData("us-east-1", "sts", "aws4_request")]
    [InlineData("us-east-1", "s3", "aws5_request")]
    public async Task A_scope_of_elsewhere_is_refused(string region, string service, string terminator)
    {
        var request = new TestRequest("GET", "/b/k");
        new TestSigner(VerifierFixture.AccessKey, VerifierFixture.Secret, region) { Service = service, Terminator = terminator }
            .Presign(request, VerifierFixture.Now);
        (await _fixture.RefuseAsync(request, S3Errors.AuthorizationQueryParametersError)).Message
            .ShouldStartWith("Error parsing the X-Amz-Credential parameter; ");
    }

    [Theory]
    [InlineData("x-amz-date;host")]
    [InlineData("host;host")]
    [InlineData("Host")]
    [InlineData("host;")]
    public async Task A_list_of_signed_headers_that_breaks_a_rule_is_refused(string signedHeaders)
    {
        var request = new TestRequest("GET", "/b/k");
        _fixture.Signer.PresignWith(request, VerifierFixture.Now, "60", signedHeaders);
        await _fixture.RefuseAsync(request, S3Errors.AuthorizationQueryParametersError);
    }

    [Fact]
    public async Task A_url_that_does_not_sign_the_host_is_refused()
    {
        var request = new TestRequest("GET", "/b/k").With("range", "bytes=0-1");
        _fixture.Signer.PresignWith(request, VerifierFixture.Now, "60", "range");
        (await _fixture.RefuseAsync(request, S3Errors.AccessDenied)).Details.ShouldBe([new("HeadersNotSigned", "host")]);
    }

    [Theory]
    [InlineData("X-Amz-Algorithm=AWS4-HMAC-SHA256")]
    [InlineData("X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request")]
    [InlineData("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")]
    [InlineData("X-Amz-SignedHeaders=host")]
    [InlineData("X-Amz-Expires=60")]
    public async Task Half_a_signature_in_the_query_is_never_taken_for_none(string parameter)
        => await _fixture.RefuseAsync(new TestRequest("GET", "/b/k?" + parameter), S3Errors.AuthorizationQueryParametersError);

    [Theory]
    [InlineData("X-Amz-Algorithm")]
    [InlineData("X-Amz-Credential")]
    [InlineData("X-Amz-Date")]
    [InlineData("X-Amz-Expires")]
    [InlineData("X-Amz-SignedHeaders")]
    [InlineData("X-Amz-Signature")]
    public async Task A_signature_without_one_of_its_parameters_is_told_all_six(string missing)
    {
        var request = Presigned("/b/k");
        Replace(request, missing + "=", "x=");
        (await _fixture.RefuseAsync(request, S3Errors.AuthorizationQueryParametersError)).Message
            .ShouldStartWith("Query-string authentication version 4 requires the X-Amz-Algorithm, ");
    }

    [Theory]
    [InlineData("X-Amz-Algorithm=AWS4-HMAC-SHA256")]
    [InlineData("X-Amz-Credential=x")]
    [InlineData("X-Amz-Date=20130524T000000Z")]
    [InlineData("X-Amz-Expires=604800")]
    [InlineData("X-Amz-SignedHeaders=host")]
    [InlineData("X-Amz-Signature=0")]
    public async Task A_parameter_of_the_signature_given_twice_is_refused(string parameter)
        => await _fixture.RefuseAsync(Presigned("/b/k").WithQuery(parameter), S3Errors.AuthorizationQueryParametersError);

    [Fact]
    public async Task Another_algorithm_is_refused()
    {
        var request = Presigned("/b/k");
        Replace(request, "AWS4-HMAC-SHA256", "none");
        await _fixture.RefuseAsync(request, S3Errors.AuthorizationQueryParametersError);
    }

    [Fact]
    public async Task Two_versions_of_signatures_together_are_refused()
        => await _fixture.RefuseAsync(
            Presigned("/b/k").WithQuery("AWSAccessKeyId=a&Signature=b&Expires=9999999999"), S3Errors.InvalidArgument);

    [Theory]
    [InlineData("x-amz-acl")]
    [InlineData("x-amz-meta-a")]
    [InlineData("x-amz-copy-source")]
    public async Task An_x_amz_header_beside_the_url_must_be_signed(string name)
    {
        var error = await _fixture.RefuseAsync(Presigned("/b/k").With(name, "v"), S3Errors.AccessDenied);
        error.Details.ShouldBe([new("HeadersNotSigned", name)]);
        var request = new TestRequest("GET", "/b/k").With(name, "v");
        _fixture.Signer.Presign(request, VerifierFixture.Now, alsoSign: name);
        (await _fixture.VerifyAsync(request)).Header(name).ShouldBe("v");
        await _fixture.RefuseAsync(request.Set(name, "w"), S3Errors.SignatureDoesNotMatch);
    }

    [Fact]
    public async Task A_header_that_the_client_moved_into_the_url_is_read_as_a_header()
    {
        var verified = await _fixture.VerifyAsync(Presigned("/b/k?X-Amz-Acl=public-read&x-amz-meta-A=1&x-amz-meta-b=2"));
        verified.Header("x-amz-acl").ShouldBe("public-read");
        verified.Header("content-type").ShouldBeNull();
        verified.HeadersStartingWith("x-amz-meta-").ShouldBe([new("x-amz-meta-a", "1"), new("x-amz-meta-b", "2")]);
    }

    [Fact]
    public async Task A_query_parameter_is_no_header_where_the_signature_is_in_the_header()
    {
        var request = new TestRequest("PUT", "/b/k?x-amz-acl=public-read&x-amz-meta-a=1");
        _fixture.Signer.SignHeader(request, VerifierFixture.Now);
        var verified = await _fixture.VerifyAsync(request);
        verified.Header("x-amz-acl").ShouldBeNull();
        verified.HeadersStartingWith("x-amz-meta-").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_session_token_in_the_url_is_refused()
        => await _fixture.RefuseAsync(Presigned("/b/k?X-Amz-Security-Token=foreign"), S3Errors.InvalidToken);

    [Fact]
    public async Task A_disabled_key_does_not_exist()
    {
        var request = new TestRequest("GET", "/b/k");
        new TestSigner("AKIDISABLED", VerifierFixture.Secret).Presign(request, VerifierFixture.Now);
        await _fixture.RefuseAsync(request, S3Errors.InvalidAccessKeyId);
    }

    private static void Replace(TestRequest request, string from, string to)
    {
        request.Target.ShouldContain(from);
        request.Target = request.Target.Replace(from, to, StringComparison.Ordinal);
    }

    private TestRequest Presigned(string target, string expires = "3600")
    {
        var request = new TestRequest("GET", target);
        _fixture.Signer.Presign(request, VerifierFixture.Now, expires);
        return request;
    }

    private async Task MismatchAsync(Action<TestRequest> spoil)
    {
        var request = Presigned("/bucket/key");
        (await _fixture.VerifyAsync(request)).IsSigned.ShouldBeTrue("before it is spoiled");
        spoil(request);
        await _fixture.RefuseAsync(request, S3Errors.SignatureDoesNotMatch);
    }
}
