using BleepStore.Api.Auth;
using BleepStore.Tests.Api;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Fuzz;

/// <summary>Signs and sends steps in every way there is, and spoils some signatures.</summary>
internal sealed class FuzzSender(S3TestHost host, Random random)
{
    /// <summary>Sometimes the same request with a signature that must not be believed.</summary>
    public FuzzStep Spoil(FuzzStep step)
    {
        // What is wrong before a signature is looked at is refused for that.
        if (step.Caller is not { } caller || step.Status is 0 or 501 || step.Code == "KeyTooLongError" || random.Next(40) != 0)
        {
            return step;
        }

        return random.Next(2) == 0
            ? Refused(step, new Credential(caller.AccessKey, "a guess", caller.AccountId, caller.DisplayName, IsRoot: false, Active: true), "SignatureDoesNotMatch")
            : Refused(step, new Credential("no-such-key", "a guess", "nobody", "Nobody", IsRoot: false, Active: true), "InvalidAccessKeyId");
    }

    public Task<RawResponse> SendAsync(FuzzStep step, CancellationToken cancellationToken)
    {
        var request = step.Request;
        if (step.Caller is { } caller)
        {
            Sign(step, request, new TestSigner(caller.AccessKey, caller.Secret));
        }

        return RawConnection.SendAsync(host.Endpoint, request, cancellationToken);
    }

    private static FuzzStep Refused(FuzzStep step, Credential caller, string code)
        => step with { Caller = caller, Status = 403, Code = step.Request.Method == "HEAD" ? null : code, Check = _ => null };

    private void Sign(FuzzStep step, TestRequest request, TestSigner signer)
    {
        var now = TimeProvider.System.GetUtcNow();
        var isPlain = request.Header("x-amz-content-sha256") is null;
        switch (random.Next(8))
        {
            case 0 when isPlain && step.Status != 0:
                signer.Presign(request, now, alsoSign: [.. request.Headers.Select(header => header.Key.ToLowerInvariant())
                    .Where(name => name.StartsWith("x-amz-", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)]);
                break;
            case 1 when isPlain && IsUpload(step):
                signer.SignHeader(request, now, TestSigner.UnsignedPayload);
                break;
            case 2 when isPlain && IsUpload(step):
                request.With("x-amz-decoded-content-length", Length(request));
                var seed = signer.SignHeader(request, now, TestSigner.Streaming);
                request.Body = signer.SignedChunks(request.Body, random.Next(1, 70_000), now, seed);
                break;
            case 3 when isPlain && IsUpload(step) && !request.Headers.Any(header => header.Key.StartsWith("x-amz-checksum-", StringComparison.Ordinal)):
                var crc = TestBucket.Checksum(BleepStore.Api.Checksums.ChecksumAlgorithm.Crc32, request.Body);
                request.With("x-amz-decoded-content-length", Length(request)).With("x-amz-trailer", "x-amz-checksum-crc32");
                signer.SignHeader(request, now, TestSigner.StreamingUnsignedTrailer);
                request.Body = TestSigner.UnsignedChunks(request.Body, random.Next(1, 70_000), ("x-amz-checksum-crc32", crc));
                break;
            default:
                signer.SignHeader(request, now);
                break;
        }
    }

    private static bool IsUpload(FuzzStep step) => step.Operation is "PutObject" or "UploadPart" && step.Status != 0;

    private static string Length(TestRequest request) => request.Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
