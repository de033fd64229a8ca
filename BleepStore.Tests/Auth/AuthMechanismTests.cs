using BleepStore.Api.Protocol;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Auth;

/// <summary>What an <c>Authorization</c> header and a credential in it may look like, and the words that others are refused with.</summary>
public sealed class AuthMechanismTests
{
    private const string NoSpace = "Authorization header is invalid -- one and only one ' ' (space) required.";
    private const string Unknown = "Unsupported Authorization Type";

    private readonly VerifierFixture _fixture = new();

    [Theory]
    [InlineData("A", NoSpace)]
    [InlineData("AWS", NoSpace)]
    [InlineData(" A", NoSpace)]
    [InlineData("A b", Unknown)]
    [InlineData("Basic YTpi", Unknown)]
    public async Task A_header_that_is_no_signature_is_refused(string authorization, string message)
    {
        var error = await _fixture.RefuseAsync(new TestRequest("GET", "/b/k").With("Authorization", authorization), S3Errors.InvalidArgument);
        error.Message.ShouldBe(message);
    }

    [Fact]
    public async Task An_access_key_of_one_character_is_one()
    {
        var request = new TestRequest("GET", "/b/k");
        new TestSigner("A", VerifierFixture.Secret).SignHeader(request, VerifierFixture.Now);
        await _fixture.RefuseAsync(request, S3Errors.InvalidAccessKeyId);
    }

    [Fact]
    public async Task A_credential_of_another_day_than_the_request_is_told_both()
    {
        var request = new TestRequest("GET", "/b/k");
        _fixture.Signer.SignHeader(request, VerifierFixture.Now);
        request.Set("Authorization", request.Header("Authorization")!.Replace("/20130524/", "/20130523/", StringComparison.Ordinal));
        (await _fixture.RefuseAsync(request, S3Errors.AuthorizationHeaderMalformed)).Message.ShouldBe(
            "The authorization header is malformed; Invalid credential date \"20130523\". This date is not the same as X-Amz-Date: \"20130524\".");
    }
}
