namespace BleepStore.Api.Pipeline;

/// <summary>One finished S3 request as metrics and the access log see it.</summary>
internal readonly record struct RequestSummary
{
    public required string RequestId { get; init; }

    public required string Method { get; init; }

    /// <summary>AWS name of the operation; null when routing refused the request.</summary>
    public required string? Operation { get; init; }

    /// <summary><c>/</c>, <c>/{bucket}</c> or <c>/{bucket}/{key}</c>: bounded, for metric labels.</summary>
    public required string PathTemplate { get; init; }

    public required string? Bucket { get; init; }

    public required string? Key { get; init; }

    public required int Status { get; init; }

    /// <summary>S3 error code; null on success.</summary>
    public required string? ErrorCode { get; init; }

    public required long BytesReceived { get; init; }

    public required long BytesSent { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>Access key of the caller; null when anonymous or not authenticated.</summary>
    public required string? AccessKey { get; init; }

    public required string? RemoteAddress { get; init; }

    public required string? UserAgent { get; init; }
}

/// <summary>Told of every finished S3 request: metrics, access log. Must neither block nor throw.</summary>
internal interface IRequestObserver
{
    void Completed(in RequestSummary summary);
}
