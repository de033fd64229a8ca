namespace BleepStore.Api.Pipeline;

/// <summary>Starts work whose answer may take long; whatever it throws becomes an error answer, in the head or late in a 200 body.</summary>
internal sealed partial class LateAnswers(ILogger<LateAnswers> logger)
{
    public S3Response Answer(string requestId, Func<Task<S3Response>> work)
    {
        // Reads and writes of local files complete synchronously: on this thread the work could be over before anybody began to wait for it.
        return S3Response.OfLate(Task.Run(() => RunAsync(requestId, work)));
    }

    private async Task<S3Response> RunAsync(string requestId, Func<Task<S3Response>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
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
