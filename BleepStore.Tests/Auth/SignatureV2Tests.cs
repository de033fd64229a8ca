using BleepStore.Api.Auth;
using BleepStore.Api.Protocol;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Auth;

/// <summary>Signature Version 2: AWS's examples, what the configuration allows of it, and what attackers try.</summary>
public sealed class SignatureV2Tests
{
    private const string Expires = "1369354000";
    private readonly VerifierFixture _fixture = new();
    private readonly TestSignerV2 _signer = new(VerifierFixture.AccessKey, VerifierFixture.Secret);

    [Fact]
    public async Task The_published_url_verifies()
    {
        _fixture.Clock.Set(DateTimeOffset.FromUnixTimeSeconds(1175139620));
        var request = new TestRequest("GET", "/photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE"
            + "&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620", "johnsmith.s3.amazonaws.com");
        request.HostBucket = "johnsmith";
        var verified = await _fixture.VerifyAsync(request);
        verified.IsPresigned.ShouldBeTrue();
        verified.Caller.ShouldBeOfType<Caller.Account>().AccessKey.ShouldBe(VerifierFixture.AccessKey);
        _fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        var error = await _fixture.RefuseAsync(request, S3Errors.AccessDenied);
        error.Message.ShouldBe("Request has expired");
        error.Details.ShouldBe([new("Expires", "2007-03-29T03:40:20Z"), new("ServerTime", "2007-03-29T03:40:21Z")]);
    }

    [Fact]
    public async Task The_published_header_verifies_where_everything_is_allowed()
    {
        var fixture = new VerifierFixture(SignatureV2Mode.All);
        fixture.Clock.Set(new DateTimeOffset(2007, 3, 27, 19, 40, 0, TimeSpan.Zero));
        var request = new TestRequest("GET", "/photos/puppy.jpg", "awsexamplebucket1.us-west-1.s3.amazonaws.com");
        request.HostBucket = "awsexamplebucket1";
        request.With("Date", "Tue, 27 Mar 2007 19:36:42 +0000")
            .With("Authorization", "AWS AKIAIOSFODNN7EXAMPLE:qgk2+6Sv9/oM7G3qLEjTH1a1l1g=");
        var verified = await fixture.VerifyAsync(request);
        verified.IsSigned.ShouldBeTrue();
        verified.IsPresigned.ShouldBeFalse();
        fixture.Clock.Advance(TimeSpan.FromMinutes(15));
        await fixture.RefuseAsync(request, S3Errors.RequestTimeTooSkewed);
    }

    [Theory]
    [InlineData("/b/k%20e%20y?versionId=v1&response-content-type=text%2Fplain&foo=bar")]
    [InlineData("/b/k?uploadId=u%2F1&partNumber=3")]
    [InlineData("/b?acl")]
    [InlineData("/b/?prefix=a")]
    public async Task A_presigned_url_verifies_with_its_sub_resources(string target)
    {
        var request = new TestRequest("PUT", target).With("Content-Type", "text/plain").With("x-amz-meta-b", "2").With("X-Amz-Meta-A", "1");
        _signer.Presign(request, Expires);
        (await _fixture.VerifyAsync(request)).Payload.ShouldBeOfType<PayloadMode.Unsigned>();
    }

    [Fact]
    public async Task Headers_that_were_signed_may_stand_in_the_url()
    {
        // boto signs the headers, then moves them into the query.
        var request = new TestRequest("PUT", "/b/k").With("Content-Type", "text/plain").With("x-amz-acl", "public-read");
        _signer.Presign(request, Expires);
        request.Remove("Content-Type").Remove("x-amz-acl").WithQuery("content-type=text%2Fplain&x-amz-acl=public-read");
        (await _fixture.VerifyAsync(request)).Header("x-amz-acl").ShouldBe("public-read");
        request.Target = request.Target.Replace("public-read", "public-read-write", StringComparison.Ordinal);
        await _fixture.RefuseAsync(request, S3Errors.SignatureDoesNotMatch);
    }

    [Theory]
    [InlineData("acl")]
    [InlineData("tagging")]
    [InlineData("retention")]
    [InlineData("legal-hold")]
    [InlineData("encryption")]
    [InlineData("attributes")]
    [InlineData("versionId=1")]
    [InlineData("uploadId=1")]
    [InlineData("response-content-type=text%2Fhtml")]
    [InlineData("x-amz-acl=public-read")]
    public async Task A_sub_resource_added_to_the_url_does_not_match(string parameter)
        => await MismatchAsync(request => request.WithQuery(parameter));

    [Fact]
    public async Task An_added_x_amz_header_does_not_match() => await MismatchAsync(request => request.With("x-amz-acl", "public-read"));

    [Fact]
    public async Task A_changed_method_does_not_match() => await MismatchAsync(request => request.Method = "DELETE");

    [Fact]
    public async Task A_changed_key_does_not_match()
        => await MismatchAsync(request => request.Target = request.Target.Replace("/key", "/other", StringComparison.Ordinal));

    [Fact]
    public async Task A_later_expiry_does_not_match()
        => await MismatchAsync(request => request.Target = request.Target.Replace(Expires, "1999999999", StringComparison.Ordinal));

    [Fact]
    public async Task A_host_that_names_another_bucket_does_not_match()
    {
        var request = new TestRequest("GET", "/key", "a.example.com") { HostBucket = "a" };
        _signer.Presign(request, Expires);
        (await _fixture.VerifyAsync(request)).Bucket.ShouldBe("a");
        request.HostBucket = "b";
        await _fixture.RefuseAsync(request, S3Errors.SignatureDoesNotMatch);
    }

    [Theory]
    [InlineData("AWSAccessKeyId=a")]
    [InlineData("Signature=a")]
    [InlineData("AWSAccessKeyId=a&Signature=b")]
    [InlineData("AWSAccessKeyId=a&Expires=1999999999")]
    [InlineData("AWSAccessKeyId=&Signature=&Expires=1999999999")]
    [InlineData("AWSAccessKeyId=a&Signature=b&Signature=c&Expires=1999999999")]
    [InlineData("AWSAccessKeyId=a&Signature=b&Expires=tomorrow")]
    [InlineData("AWSAccessKeyId=a&Signature=b&Expires=-1")]
    public async Task A_url_with_half_a_signature_is_denied(string query)
        => await _fixture.RefuseAsync(new TestRequest("GET", "/b/k?" + query), S3Errors.AccessDenied);

    [Fact]
    public async Task A_time_before_all_times_is_shown_as_the_first()
        => (await _fixture.RefuseAsync(new TestRequest("GET", "/b/k?AWSAccessKeyId=a&Signature=b&Expires=-1"), S3Errors.AccessDenied))
            .Details.ToDictionary()["Expires"].ShouldBe("1970-01-01T00:00:00Z");

    [Theory]
    [InlineData("Fri, 24 May 2013 00:00:00 GMT", null)]
    [InlineData("Mon, 24 May 2013 00:00:00 GMT", null)]
    [InlineData("Friday, 24-May-13 00:00:00 GMT", null)]
    [InlineData("Day, 24 May 2013 00:00:00 GMT", "AccessDenied")]
    [InlineData(", 24 May 2013 00:00:00 GMT", "AccessDenied")]
    [InlineData("Bad Date", "AccessDenied")]
    [InlineData("", "AccessDenied")]
    [InlineData("Tue, 07 Jul 1950 21:53:04 GMT", "AccessDenied")]
    [InlineData("Tue, 07 Jul 2010 21:53:04 GMT", "RequestTimeTooSkewed")]
    [InlineData("Tue, 07 Jul 9999 21:53:04 GMT", "RequestTimeTooSkewed")]
    public async Task A_header_is_signed_at_a_time_near_the_servers(string date, string? refusal)
    {
        var fixture = new VerifierFixture(SignatureV2Mode.All);
        var request = new TestRequest("GET", "/b/k").With("Date", date);
        _signer.SignHeader(request, VerifierFixture.Now);
        if (refusal is null)
        {
            (await fixture.VerifyAsync(request)).IsSigned.ShouldBeTrue();
        }
        else
        {
            (await fixture.RefuseAsync(request)).Code.ShouldBe(refusal);
        }
    }

    [Theory]
    [InlineData(nameof(SignatureV2Mode.Presigned), true, true)]
    [InlineData(nameof(SignatureV2Mode.Presigned), false, false)]
    [InlineData(nameof(SignatureV2Mode.All), true, true)]
    [InlineData(nameof(SignatureV2Mode.All), false, true)]
    [InlineData(nameof(SignatureV2Mode.Off), true, false)]
    [InlineData(nameof(SignatureV2Mode.Off), false, false)]
    public async Task The_configuration_decides_what_is_accepted(string mode, bool presigned, bool accepted)
    {
        var fixture = new VerifierFixture(Enum.Parse<SignatureV2Mode>(mode));
        var request = new TestRequest("GET", "/b/k");
        if (presigned)
        {
            _signer.Presign(request, Expires);
        }
        else
        {
            _signer.SignHeader(request, VerifierFixture.Now);
        }

        if (accepted)
        {
            (await fixture.VerifyAsync(request)).IsSigned.ShouldBeTrue();
            return;
        }

        (await fixture.RefuseAsync(request, S3Errors.InvalidRequest)).Message
            .ShouldBe("The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
    }

    [Theory]
    [InlineData("AWS ")]
    [InlineData("AWS AKIAIOSFODNN7EXAMPLE")]
    [InlineData("AWS :abc")]
    [InlineData("AWS AKIAIOSFODNN7EXAMPLE:")]
    public async Task A_header_that_breaks_the_grammar_is_an_invalid_argument(string authorization)
        => await new VerifierFixture(SignatureV2Mode.All).RefuseAsync(
            new TestRequest("GET", "/b/k").With("Date", "Fri, 24 May 2013 00:00:00 GMT").With("Authorization", authorization),
            S3Errors.InvalidArgument);

    [Fact]
    public async Task A_key_of_one_letter_signs_like_any_other()
    {
        var fixture = new VerifierFixture(SignatureV2Mode.All);
        fixture.Keys["k"] = fixture.Keys[VerifierFixture.AccessKey] with { AccessKey = "k" };
        var request = new TestRequest("GET", "/b/k");
        new TestSignerV2("k", VerifierFixture.Secret).SignHeader(request, VerifierFixture.Now);
        (await fixture.VerifyAsync(request)).IsSigned.ShouldBeTrue();
    }

    [Fact]
    public async Task A_header_signature_covers_its_own_date()
    {
        var fixture = new VerifierFixture(SignatureV2Mode.All);
        var request = new TestRequest("GET", "/b/k").With("x-amz-date", "Fri, 24 May 2013 00:00:00 GMT");
        _signer.SignHeader(request, VerifierFixture.Now);
        (await fixture.VerifyAsync(request)).IsSigned.ShouldBeTrue();
        await fixture.RefuseAsync(request.Set("x-amz-date", "Fri, 24 May 2013 00:01:00 GMT"), S3Errors.SignatureDoesNotMatch);
        await fixture.RefuseAsync(request.Remove("x-amz-date"), S3Errors.AccessDenied);
    }

    [Theory]
    [InlineData(TestSigner.Streaming)]
    [InlineData(TestSigner.StreamingTrailer)]
    public async Task Signed_chunks_do_not_go_with_this_version(string form)
    {
        var request = new TestRequest("PUT", "/b/k").With("x-amz-content-sha256", form);
        _signer.Presign(request, Expires);
        await _fixture.RefuseAsync(request, S3Errors.InvalidRequest);
    }

    [Fact]
    public async Task An_unknown_key_does_not_exist()
    {
        var request = new TestRequest("GET", "/b/k");
        new TestSignerV2("AKIDISABLED", VerifierFixture.Secret).Presign(request, Expires);
        await _fixture.RefuseAsync(request, S3Errors.InvalidAccessKeyId);
    }

    private async Task MismatchAsync(Action<TestRequest> spoil)
    {
        var request = new TestRequest("GET", "/bucket/key");
        _signer.Presign(request, Expires);
        (await _fixture.VerifyAsync(request)).IsSigned.ShouldBeTrue("before it is spoiled");
        spoil(request);
        var error = await _fixture.RefuseAsync(request, S3Errors.SignatureDoesNotMatch);
        error.Details.Select(pair => pair.Key).ShouldBe(["AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes"]);
    }
}
