namespace BleepStore.Api.Pipeline;

/// <summary>A request that was authenticated and authorised: all that a handler gets.</summary>
internal sealed class S3Request
{
    /// <summary>Sixteen hex digits that stand in the answer and in every log line of the request.</summary>
    public required string RequestId { get; init; }
}
