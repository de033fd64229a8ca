namespace BleepStore.Api.Hosting;

/// <summary>
/// Answers some exact paths beside S3 on the S3 listener: health, metrics, documents. Asked only for unsigned, path-style GETs and HEADs; whatever
/// nobody answers is S3. Never asked about drain: probes answer until the end.
/// </summary>
internal interface IBesideS3
{
    /// <summary>Answers the request, or returns false having touched nothing.</summary>
    ValueTask<bool> TryAnswerAsync(HttpContext context);
}
