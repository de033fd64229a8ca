namespace BleepStore.Api.Pipeline;

/// <summary>Starts work whose answer may take long; whatever it throws becomes an error answer, in the head or late in a 200 body.</summary>
internal sealed partial class LateAnswers(ReadDamage damage, ILogger<LateAnswers> logger)
{
    /// <summary>Starts <paramref name="work"/>.</summary>
    /// <param name="requestId">The request.</param>
    /// <param name="bucket">Bucket of the object that the work reads.</param>
    /// <param name="key">Its key.</param>
    /// <param name="work">What takes long.</param>
    public S3Response Answer(string requestId, string bucket, string key, Func<Task<S3Response>> work)
    {
        // Reads and writes of local files complete synchronously: on this thread the work could be over before anybody began to wait for it.
        return S3Response.OfLate(Task.Run(() => RunAsync(requestId, bucket, key, work)));
    }

    private async Task<S3Response> RunAsync(string requestId, string bucket, string key, Func<Task<S3Response>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            damage.Note(e, requestId, bucket, key);
            var error = ExceptionErrors.Map(e);
            if (error.Status is >= 500 and not 501)
            {
                Log.Failed(logger, requestId, error.Code, e);
            }

            return error;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1004, LogLevel.Error, "Request {RequestId}: failed late with {Code}")]
        public static partial void Failed(ILogger logger, string requestId, string code, Exception exception);
    }
}
