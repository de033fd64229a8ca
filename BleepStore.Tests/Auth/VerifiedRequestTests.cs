using System.Reflection;
using BleepStore.Api.Auth;
using BleepStore.Api.Protocol;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Auth;

/// <summary>That nobody but the verifier makes a verified request, and what it remembers of the key.</summary>
public sealed class VerifiedRequestTests
{
    [Fact]
    public void No_constructor_is_accessible_outside_the_class()
    {
        typeof(VerifiedRequest).IsSealed.ShouldBeTrue();
        var constructors = typeof(VerifiedRequest).GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
        constructors.ShouldNotBeEmpty();
        constructors.ShouldAllBe(constructor => constructor.IsPrivate);
        typeof(VerifiedRequest).GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .ShouldNotContain(method => method.ReturnType == typeof(VerifiedRequest) && !method.IsPrivate);
    }

    [Fact]
    public void The_verifier_is_the_only_nested_type_that_others_can_reach()
        => typeof(VerifiedRequest).GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).Where(type => !type.IsNestedPrivate)
            .ShouldBe([typeof(VerifiedRequest.Verifier)]);

    [Fact]
    public void A_credential_never_shows_its_secret()
    {
        var credential = new Credential("AKID", "hush-hush", "1", "name", IsRoot: false, Active: true);
        $"{credential}".ShouldBe("Credential { AccessKey = AKID, Active = True }");
    }

    [Fact]
    public void Signing_keys_stay_bounded_and_right_when_many_keys_come_and_go()
    {
        var cache = new SigningKeyCache(capacity: 8);
        var expected = new TestSigner("AKID0", "secret0").Hmac("text", VerifierFixture.Now);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 100; i++)
            {
                var credential = new Credential($"AKID{i}", $"secret{i}", "1", "n", IsRoot: false, Active: true);
                var key = cache.Get(credential, "20130524", "us-east-1", "s3");
                SignatureV4.Matches(key.Span, "text"u8, expected).ShouldBe(i == 0);
                cache.Count.ShouldBeLessThanOrEqualTo(18);
            }
        }
    }

    [Fact]
    public void A_signing_key_is_of_one_day_and_of_one_secret()
    {
        var cache = new SigningKeyCache();
        var credential = new Credential("AKID", "one", "1", "n", IsRoot: false, Active: true);
        var key = cache.Get(credential, "20130524", "us-east-1", "s3");
        cache.Get(credential, "20130524", "us-east-1", "s3").Span.SequenceEqual(key.Span).ShouldBeTrue();
        cache.Get(credential, "20130525", "us-east-1", "s3").Span.SequenceEqual(key.Span).ShouldBeFalse();
        cache.Get(credential with { Secret = "two" }, "20130524", "us-east-1", "s3").Span.SequenceEqual(key.Span).ShouldBeFalse();
        cache.Get(credential, "20130524", "us-east-1", "s3").Span.SequenceEqual(key.Span).ShouldBeTrue();
        cache.Get(credential, "20130524", "eu-west-1", "s3").Span.SequenceEqual(key.Span).ShouldBeFalse();
        cache.Get(credential, "20130524", "us-east-1", "s3").Span.SequenceEqual(key.Span).ShouldBeTrue();
        cache.Get(credential, "20130524", "us-east-1", "iam").Span.SequenceEqual(key.Span).ShouldBeFalse();
        cache.Get(credential, "20130524", "us-east-1", "s3").Span.SequenceEqual(key.Span).ShouldBeTrue();
    }

    [Fact]
    public async Task In_the_URL_of_nobody_no_parameter_stands_for_a_header()
    {
        var request = await new VerifierFixture().VerifyAsync(new TestRequest("PUT", "/b/k?x-amz-acl=public-read&x-amz-content-sha256=" + TestSigner.EmptyHash));
        request.IsPresigned.ShouldBeFalse();
        request.Header("x-amz-acl").ShouldBeNull();
        request.HeadersStartingWith("x-amz-").ShouldBeEmpty();
        request.Payload.ShouldBeOfType<PayloadMode.Unsigned>();
    }

    [Fact]
    public async Task A_session_token_is_sent_once_and_with_a_signature()
    {
        const string name = "x-amz-security-token";
        var fixture = new SessionFixture();
        (await fixture.OutcomeAsync(Header("", "token"))).ShouldBe("session");
        (await fixture.OutcomeAsync(Header("", "another"))).ShouldBe("InvalidToken");
        (await fixture.OutcomeAsync(Header("", "token", "token"))).ShouldBe("InvalidToken");
        (await fixture.OutcomeAsync(new TestRequest("GET", "/b/k").With(name, "token"))).ShouldBe("InvalidToken");
        (await fixture.OutcomeAsync(new TestRequest("GET", "/b/k?X-Amz-Security-Token=token"))).ShouldBe("InvalidToken");
        (await fixture.OutcomeAsync(Header("?X-Amz-Security-Token=token"))).ShouldBe("InvalidToken");
        (await fixture.OutcomeAsync(Header("?X-Amz-Security-Token=token", "token"))).ShouldBe("InvalidToken");
        (await fixture.OutcomeAsync(Header(""))).ShouldBe("InvalidAccessKeyId");
        (await fixture.OutcomeAsync(Presigned("?X-Amz-Security-Token=token"))).ShouldBe("session");
        (await fixture.OutcomeAsync(Presigned("?x-amz-security-token=token"))).ShouldBe("session");
        (await fixture.OutcomeAsync(Presigned("?X-Amz-Security-Token=token&X-Amz-Security-Token=token"))).ShouldBe("InvalidToken");
        (await fixture.OutcomeAsync(Presigned("?X-Amz-Security-Token=token").With(name, "token"))).ShouldBe("InvalidToken");

        // Version 2 signs such a parameter as the header that it stands for.
        var old = new TestRequest("GET", "/b/k").With(name, "token");
        new TestSignerV2("ASIA", VerifierFixture.Secret).Presign(old, "1369353660");
        (await fixture.OutcomeAsync(old.Remove(name).WithQuery("x-amz-security-token=token"))).ShouldBe("session");

        static TestRequest Header(string query, params string[] tokens)
        {
            var request = new TestRequest("GET", "/b/k" + query);
            foreach (var token in tokens)
            {
                request.With(name, token);
            }

            SessionFixture.Signer.SignHeader(request, VerifierFixture.Now);
            return request;
        }

        static TestRequest Presigned(string query)
        {
            var request = new TestRequest("GET", "/b/k" + query);
            SessionFixture.Signer.Presign(request, VerifierFixture.Now, "60");
            return request;
        }
    }

    [Fact]
    public async Task A_form_with_a_wrong_or_half_signature_is_refused()
    {
        var fixture = new VerifierFixture();
        var post = new TestRequest("POST", "/b");
        var good = new FormSignature
        {
            Policy = "cG9saWN5",
            Algorithm = "AWS4-HMAC-SHA256",
            Credential = $"{VerifierFixture.AccessKey}/20130524/us-east-1/s3/aws4_request",
            Date = "20130524T000000Z",
            Signature = fixture.Signer.Hmac("cG9saWN5", VerifierFixture.Now),
        };
        (await fixture.VerifySignerAsync(post, good)).ShouldBeOfType<Caller.Account>();
        await RefusedAsync(good with { Policy = "cG9saWN6" }, S3Errors.SignatureDoesNotMatch);
        await RefusedAsync(good with { Policy = null }, S3Errors.InvalidArgument);
        await RefusedAsync(good with { Signature = null }, S3Errors.InvalidArgument);
        await RefusedAsync(good with { Signature = "" }, S3Errors.InvalidArgument);
        await RefusedAsync(good with { Algorithm = "none" }, S3Errors.InvalidArgument);
        await RefusedAsync(good with { Date = "20130525T000000Z" }, S3Errors.InvalidArgument);
        await RefusedAsync(good with { Credential = "AKIDISABLED/20130524/us-east-1/s3/aws4_request" }, S3Errors.InvalidAccessKeyId);
        await RefusedAsync(good with { SecurityToken = "foreign" }, S3Errors.InvalidToken);
        await RefusedAsync(new FormSignature { Policy = "cG9saWN5" }, S3Errors.InvalidArgument);
        (await fixture.VerifySignerAsync(post, new FormSignature())).ShouldBe(Caller.Anonymous.Instance);

        var old = new FormSignature
        {
            Policy = "cG9saWN5",
            AccessKey = VerifierFixture.AccessKey,
            Signature = new TestSignerV2(VerifierFixture.AccessKey, VerifierFixture.Secret).Sign("cG9saWN5"),
        };
        (await fixture.VerifySignerAsync(post, old)).ShouldBeOfType<Caller.Account>();
        await RefusedAsync(old with { Policy = "cG9saWN6" }, S3Errors.SignatureDoesNotMatch);
        var off = new VerifierFixture(SignatureV2Mode.Off);
        (await Should.ThrowAsync<S3Exception>(() => off.VerifySignerAsync(post, old))).Error.Code.ShouldBe("InvalidRequest");

        async Task RefusedAsync(FormSignature form, S3Error expected)
            => (await Should.ThrowAsync<S3Exception>(() => fixture.VerifySignerAsync(post, form))).Error.Code.ShouldBe(expected.Code);
    }

    /// <summary>One session, with one token.</summary>
    private sealed class SessionFixture : ICredentialLookup
    {
        public static readonly TestSigner Signer = new("ASIA", VerifierFixture.Secret);

        private readonly VerifiedRequest.Verifier _verifier;

        public SessionFixture()
            => _verifier = new VerifiedRequest.Verifier(this, new AuthOptions("us-east-1", SignatureV2Mode.All), new FakeTimeProvider(VerifierFixture.Now));

        public ValueTask<Credential?> FindAsync(string accessKey, CancellationToken cancellationToken) => ValueTask.FromResult<Credential?>(null);

        public ValueTask<Credential?> FindSessionAsync(string accessKey, string token, CancellationToken cancellationToken)
            => ValueTask.FromResult<Credential?>(accessKey == "ASIA" && token == "token"
                ? new Credential(accessKey, VerifierFixture.Secret, "1", "session", IsRoot: false, Active: true)
                : throw new S3Exception(S3Errors.InvalidToken));

        /// <summary>The name of the caller, or the code of the refusal.</summary>
        public async Task<string> OutcomeAsync(TestRequest request)
        {
            try
            {
                var verified = await _verifier.VerifyAsync(request.ToIncoming(), TestContext.Current.CancellationToken);
                return (verified.Caller as Caller.Account)?.DisplayName ?? "nobody";
            }
            catch (S3Exception e)
            {
                return e.Error.Code;
            }
        }
    }
}
