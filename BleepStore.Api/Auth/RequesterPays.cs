using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Auth;

/// <summary>
/// The rule of buckets whose requesters pay: whoever is not the owner has to be known and to say that they pay.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ObjectsinRequesterPaysBuckets.html
/// </summary>
internal static class RequesterPays
{
    private const string Header = "x-amz-request-payer";

    /// <summary>True when the request is charged to who sends it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="authorization">Its buckets.</param>
    /// <param name="isRefused">True when it is not willing to pay, or nobody is there to be charged.</param>
    public static bool Charges(VerifiedRequest request, Authorization authorization, out bool isRefused)
    {
        var isCharged = IsCharged(request.Caller, authorization.Bucket) || IsCharged(request.Caller, authorization.SourceBucket);
        isRefused = isCharged
            && (request.Caller is Caller.Anonymous || !string.Equals(request.Header(Header), "requester", StringComparison.OrdinalIgnoreCase));
        return isCharged && !isRefused;
    }

    private static bool IsCharged(Caller caller, BucketRecord? bucket)
        => bucket is not null
            && RequestPayment.Document.Find(bucket)?.Payer == RequestPayment.Requester
            && !(caller is Caller.Account account && account.AccountId == bucket.OwnerId);
}
