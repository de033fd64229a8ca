using BleepStore.Api.Auth;
using BleepStore.Api.Protocol;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Auth;

/// <summary>A verifier with an active key, a disabled key, and a clock at AWS's example date: where tests of signatures start.</summary>
internal sealed class VerifierFixture : ICredentialLookup
{
    public const string AccessKey = "AKIAIOSFODNN7EXAMPLE";
    public const string Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    public static readonly DateTimeOffset Now = new(2013, 5, 24, 0, 0, 0, TimeSpan.Zero);

    private readonly VerifiedRequest.Verifier _verifier;

    public VerifierFixture(SignatureV2Mode signatureV2 = SignatureV2Mode.Presigned)
    {
        Keys[AccessKey] = new Credential(AccessKey, Secret, "111122223333", "alice", IsRoot: false, Active: true);
        Keys["AKIDISABLED"] = new Credential("AKIDISABLED", Secret, "111122223333", "alice", IsRoot: false, Active: false);
        _verifier = new VerifiedRequest.Verifier(this, new AuthOptions("us-east-1", signatureV2), Clock);
    }

    public Dictionary<string, Credential> Keys { get; } = [];

    public FakeTimeProvider Clock { get; } = new(Now);

    public TestSigner Signer { get; } = new(AccessKey, Secret);

    public ValueTask<Credential?> FindAsync(string accessKey, CancellationToken cancellationToken)
        => ValueTask.FromResult(Keys.GetValueOrDefault(accessKey));

    public ValueTask<VerifiedRequest> VerifyAsync(TestRequest request)
        => _verifier.VerifyAsync(request.ToIncoming(), TestContext.Current.CancellationToken);

    public async Task<Caller> VerifySignerAsync(TestRequest request, FormSignature form)
        => await _verifier.VerifySignerAsync(await VerifyAsync(request), form, TestContext.Current.CancellationToken);

    /// <summary>The error that the request is refused with.</summary>
    public async Task<S3Error> RefuseAsync(TestRequest request)
        => (await Should.ThrowAsync<S3Exception>(async () => await VerifyAsync(request))).Error;

    /// <summary>The error that the request is refused with, which must have that code.</summary>
    public async Task<S3Error> RefuseAsync(TestRequest request, S3Error expected)
    {
        var error = await RefuseAsync(request);
        error.Code.ShouldBe(expected.Code, error.Message);
        error.Status.ShouldBe(expected.Status);
        return error;
    }
}
