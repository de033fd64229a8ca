namespace BleepStore.Api.Hosting;

/// <summary>
/// Answers some exact paths beside S3 on the S3 listener: health, metrics, documents. Asked before S3 and also during a drain, so that probes answer
/// until the end. Must leave alone every signed request and every request whose host names a bucket: those are S3's.
/// </summary>
internal interface IBesideS3
{
    /// <summary>Answers the request, or returns false having touched nothing.</summary>
    ValueTask<bool> TryAnswerAsync(HttpContext context);
}
