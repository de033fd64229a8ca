using BleepStore.Api.Auth;
using BleepStore.Api.Protocol;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Auth;

/// <summary>Every value of x-amz-content-sha256 under every way to sign: none may get past the signature.</summary>
public sealed class PayloadDeclarationTests
{
    private const string Hash = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
    private readonly VerifierFixture _fixture = new();

    public static TheoryData<string> Forms =>
        [Hash, TestSigner.UnsignedPayload, TestSigner.Streaming, TestSigner.StreamingTrailer, TestSigner.StreamingUnsignedTrailer];

    public static TheoryData<string> Garbage =>
    [
        "", "garbage", "unsigned-payload", "STREAMING-", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
        Hash[1..], Hash + "0", "g" + Hash[1..], "+" + Hash[1..],
    ];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_right_signature_verifies_with_every_form(string form)
    {
        var verified = await _fixture.VerifyAsync(Upload(form));
        Name(verified.Payload).ShouldBe(form);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_wrong_signature_never_passes_with_any_form(string form)
    {
        var request = Upload(form);
        var authorization = request.Header("Authorization")!;
        request.Set("Authorization", authorization[..^1] + (authorization[^1] == '0' ? '1' : '0'));
        await _fixture.RefuseAsync(request, S3Errors.SignatureDoesNotMatch);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_form_swapped_for_another_never_passes(string form)
    {
        foreach (var other in Forms.Select(row => row.Data).Where(other => other != form))
        {
            await _fixture.RefuseAsync(Upload(form).Set("x-amz-content-sha256", other), S3Errors.SignatureDoesNotMatch);
        }
    }

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task Garbage_is_an_invalid_argument_however_the_request_is_signed(string garbage)
    {
        var error = await _fixture.RefuseAsync(Upload(garbage), S3Errors.InvalidArgument);
        error.Details.ShouldBe([new("ArgumentName", "x-amz-content-sha256"), new("ArgumentValue", garbage)]);
        await _fixture.RefuseAsync(new TestRequest("PUT", "/b/k").With("x-amz-content-sha256", garbage), S3Errors.InvalidArgument);
        var presigned = new TestRequest("PUT", "/b/k").With("x-amz-content-sha256", garbage);
        _fixture.Signer.Presign(presigned, VerifierFixture.Now, payloadHash: garbage);
        await _fixture.RefuseAsync(presigned, S3Errors.InvalidArgument);
    }

    [Fact]
    public async Task A_missing_declaration_is_refused_where_the_header_signs()
    {
        var request = new TestRequest("PUT", "/b/k").With("x-amz-date", "20130524T000000Z");
        _fixture.Signer.SignHeaderWith(request, VerifierFixture.Now, "host;x-amz-date");
        (await _fixture.RefuseAsync(request, S3Errors.InvalidRequest)).Message
            .ShouldBe("Missing required header for this request: x-amz-content-sha256");
    }

    [Fact]
    public async Task The_query_declares_nothing_where_the_header_signs()
    {
        var request = new TestRequest("PUT", "/b/k?X-Amz-Content-Sha256=" + TestSigner.UnsignedPayload).With("x-amz-date", "20130524T000000Z");
        _fixture.Signer.SignHeaderWith(request, VerifierFixture.Now, "host;x-amz-date");
        (await _fixture.RefuseAsync(request, S3Errors.InvalidRequest)).Message
            .ShouldBe("Missing required header for this request: x-amz-content-sha256");
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_declaration_given_twice_is_refused(string form)
        => await _fixture.RefuseAsync(Upload(form).With("x-amz-content-sha256", TestSigner.UnsignedPayload), S3Errors.InvalidArgument);

    [Theory]
    [InlineData("GET", "/b/k")]
    [InlineData("HEAD", "/b/k")]
    [InlineData("DELETE", "/b/k")]
    [InlineData("POST", "/b/k?uploadId=1")]
    [InlineData("POST", "/b?delete")]
    [InlineData("PUT", "/b")]
    [InlineData("PUT", "/b?policy")]
    [InlineData("PUT", "/b/k?acl")]
    [InlineData("PUT", "/b/k?tagging")]
    [InlineData("PUT", "/b/k?retention&versionId=1")]
    [InlineData("PUT", "/b/k?legal-hold")]
    public async Task Streaming_forms_are_refused_where_nothing_is_uploaded(string method, string target)
    {
        foreach (var form in new[] { TestSigner.Streaming, TestSigner.StreamingTrailer, TestSigner.StreamingUnsignedTrailer })
        {
            var request = new TestRequest(method, target);
            _fixture.Signer.SignHeader(request, VerifierFixture.Now, form);
            await _fixture.RefuseAsync(request, S3Errors.InvalidRequest);
        }
    }

    [Fact]
    public async Task Streaming_forms_are_refused_on_a_copy()
    {
        var request = new TestRequest("PUT", "/b/k").With("x-amz-copy-source", "/a/k");
        _fixture.Signer.SignHeader(request, VerifierFixture.Now, TestSigner.StreamingUnsignedTrailer);
        await _fixture.RefuseAsync(request, S3Errors.InvalidRequest);
    }

    [Fact]
    public async Task A_part_may_be_streamed()
    {
        var request = new TestRequest("PUT", "/b/k?partNumber=1&uploadId=u&x-id=UploadPart");
        _fixture.Signer.SignHeader(request, VerifierFixture.Now, TestSigner.StreamingTrailer);
        Name((await _fixture.VerifyAsync(request)).Payload).ShouldBe(TestSigner.StreamingTrailer);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_presigned_url_may_bind_the_hash_of_its_body(bool inQuery)
    {
        var request = inQuery
            ? new TestRequest("PUT", "/b/k?X-Amz-Content-Sha256=" + Hash)
            : new TestRequest("PUT", "/b/k").With("x-amz-content-sha256", Hash);
        _fixture.Signer.Presign(request, VerifierFixture.Now, payloadHash: Hash, alsoSign: inQuery ? [] : ["x-amz-content-sha256"]);
        Name((await _fixture.VerifyAsync(request)).Payload).ShouldBe(Hash);
        var swapped = inQuery
            ? new TestRequest("PUT", request.Target.Replace(Hash, TestSigner.UnsignedPayload, StringComparison.Ordinal))
            : request.Set("x-amz-content-sha256", TestSigner.UnsignedPayload);
        await _fixture.RefuseAsync(swapped, S3Errors.SignatureDoesNotMatch);
    }

    [Fact]
    public async Task A_presigned_url_that_says_two_different_things_about_its_body_is_refused()
    {
        var request = new TestRequest("PUT", "/b/k?X-Amz-Content-Sha256=" + Hash).With("x-amz-content-sha256", TestSigner.UnsignedPayload);
        _fixture.Signer.Presign(request, VerifierFixture.Now, payloadHash: Hash, alsoSign: "x-amz-content-sha256");
        await _fixture.RefuseAsync(request, S3Errors.InvalidArgument);
    }

    [Fact]
    public async Task Credentials_in_the_query_with_an_unsigned_trailer_are_verified_all_the_same()
    {
        var forged = new TestRequest("PUT", "/b/k?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request")
            .With("x-amz-content-sha256", TestSigner.StreamingUnsignedTrailer).With("x-amz-date", "20130524T000000Z");
        await _fixture.RefuseAsync(forged, S3Errors.AuthorizationQueryParametersError);

        var wrong = new TestRequest("PUT", "/b/k").With("x-amz-content-sha256", TestSigner.StreamingUnsignedTrailer);
        new TestSigner(VerifierFixture.AccessKey, "wrong")
            .Presign(wrong, VerifierFixture.Now, payloadHash: TestSigner.StreamingUnsignedTrailer);
        await _fixture.RefuseAsync(wrong, S3Errors.SignatureDoesNotMatch);

        var right = new TestRequest("PUT", "/b/k").With("x-amz-content-sha256", TestSigner.StreamingUnsignedTrailer);
        _fixture.Signer.Presign(right, VerifierFixture.Now, payloadHash: TestSigner.StreamingUnsignedTrailer);
        Name((await _fixture.VerifyAsync(right)).Payload).ShouldBe(TestSigner.StreamingUnsignedTrailer);
    }

    [Theory]
    [InlineData(TestSigner.Streaming)]
    [InlineData(TestSigner.StreamingTrailer)]
    public async Task Signed_chunks_need_a_key_that_presigned_and_anonymous_senders_do_not_have(string form)
    {
        await _fixture.RefuseAsync(new TestRequest("PUT", "/b/k").With("x-amz-content-sha256", form), S3Errors.InvalidRequest);
        var presigned = new TestRequest("PUT", "/b/k").With("x-amz-content-sha256", form);
        _fixture.Signer.Presign(presigned, VerifierFixture.Now, payloadHash: form, alsoSign: "x-amz-content-sha256");
        await _fixture.RefuseAsync(presigned, S3Errors.InvalidRequest);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(TestSigner.UnsignedPayload)]
    [InlineData(Hash)]
    [InlineData(TestSigner.StreamingUnsignedTrailer)]
    public async Task An_anonymous_sender_may_declare_what_needs_no_key(string? form)
    {
        var request = new TestRequest("PUT", "/b/k");
        if (form is not null)
        {
            request.With("x-amz-content-sha256", form);
        }

        var verified = await _fixture.VerifyAsync(request);
        verified.Caller.ShouldBe(Caller.Anonymous.Instance);
        verified.IsSigned.ShouldBeFalse();
        Name(verified.Payload).ShouldBe(form ?? TestSigner.UnsignedPayload);
    }

    [Fact]
    public async Task The_first_chunk_continues_the_signature_of_the_request()
    {
        var request = new TestRequest("PUT", "/b/k");
        var seed = _fixture.Signer.SignHeader(request, VerifierFixture.Now, TestSigner.Streaming);
        var payload = (await _fixture.VerifyAsync(request)).Payload.ShouldBeOfType<PayloadMode.StreamingSigned>();
        var scope = _fixture.Signer.Scope(VerifierFixture.Now);
        var first = _fixture.Signer.Hmac(
            $"AWS4-HMAC-SHA256-PAYLOAD\n20130524T000000Z\n{scope}\n{seed}\n{TestSigner.EmptyHash}\n{Hash}",
            VerifierFixture.Now);
        payload.Signatures.VerifyChunk(Convert.FromHexString(Hash), first).ShouldBeTrue();
        payload.Signatures.VerifyChunk(Convert.FromHexString(Hash), first).ShouldBeFalse("the chain has moved on");
    }

    private static string Name(PayloadMode mode) => mode switch
    {
        PayloadMode.SignedHash hash => Convert.ToHexStringLower(hash.Sha256.Span),
        PayloadMode.Unsigned => TestSigner.UnsignedPayload,
        PayloadMode.StreamingSigned { HasTrailer: false } => TestSigner.Streaming,
        PayloadMode.StreamingSigned => TestSigner.StreamingTrailer,
        _ => TestSigner.StreamingUnsignedTrailer,
    };

    private TestRequest Upload(string form)
    {
        var request = new TestRequest("PUT", "/b/k").With("x-amz-content-sha256", form);
        _fixture.Signer.SignHeader(request, VerifierFixture.Now);
        return request;
    }
}
