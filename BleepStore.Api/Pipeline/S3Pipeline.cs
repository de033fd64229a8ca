using System.Diagnostics;
using BleepStore.Api.AccessLogs;
using BleepStore.Api.Auth;
using BleepStore.Api.Configurations;
using BleepStore.Api.Cors;
using BleepStore.Api.Forms;
using BleepStore.Api.Observability.Tracing;
using BleepStore.Api.Operations;
using BleepStore.Api.Protocol;
using BleepStore.Api.Website;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Pipeline;

/// <summary>The path of every S3 request, top to bottom: parse, route, authenticate, authorise, handle, write.</summary>
internal sealed partial class S3Pipeline(
    S3RequestParser parser,
    S3Router router,
    VerifiedRequest.Verifier verifier,
    Authorizer authorizer,
    CrossOriginAccess crossOrigin,
    WebsiteAnswers websites,
    AccessLogBuffer accessLogs,
    IMetadataStore metadata,
    ReaderRegistry readers,
    S3ResponseWriter writer,
    IEnumerable<IRequestObserver> observers,
    ReadDamage damage,
    TimeProvider time,
    ILogger<S3Pipeline> logger)
{
    private readonly IRequestObserver[] _observers = [.. observers];
    private readonly RequestIds _requestIds = new();

    /// <summary>Answers one request; never throws for what a client can cause.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var started = time.GetTimestamp();
        ExpectContinue.Guard(context);
        var exchange = new Exchange(context, _requestIds.Next());
        S3Response response;
        try
        {
            // Whatever this request reads from now on stays until its last byte is sent.
            using var pin = readers.Enter(metadata.PublishedSequence);
            response = await AnswerAsync(exchange, context.RequestAborted);
            if (response.Status is >= 400 and (< 500 or 501) && exchange.Bucket is null && exchange.Incoming?.Bucket is { } bucket)
            {
                // Who is not known, or asks for what is not there, stands in the bucket's access log like everybody else.
                exchange.Bucket = await metadata.FindBucketAsync(bucket, context.RequestAborted);
            }

            response = await writer.WriteAsync(context, exchange, response);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested || e is OperationCanceledException)
        {
            response = S3Errors.RequestTimeout;
            Log.ClientGone(logger, exchange.RequestId, e.Message);
            context.Abort();
        }
        catch (Exception e)
        {
            // The head is out already, or the connection broke: all that is left is to cut it, so that nobody takes a part for the whole.
            response = S3Errors.InternalError;
            damage.Note(e, exchange.RequestId, exchange.Incoming?.Bucket, exchange.Incoming?.Key);
            Log.ResponseFailed(logger, exchange.RequestId, e);
            context.Abort();
        }

        Observe(exchange, response, time.GetElapsedTime(started));
    }

    private async ValueTask<S3Response> AnswerAsync(Exchange exchange, CancellationToken cancellationToken)
    {
        try
        {
            var incoming = parser.Parse(exchange.Context, exchange.RequestId);
            exchange.Incoming = incoming;
            if (IsOfBrowser(incoming) && await AnswerBrowserAsync(exchange, incoming, cancellationToken) is { } answer)
            {
                return answer;
            }

            var (definition, handler, refusal) = router.Route(incoming);
            if (refusal?.Status == StatusCodes.Status400BadRequest)
            {
                // What means nothing is refused as that, whoever sends it.
                return refusal;
            }

            exchange.Definition = definition;
            exchange.Activity = definition is null ? null : RequestTracing.Start(definition.Name, exchange.RequestId, incoming.Bucket);
            var verified = await verifier.VerifyAsync(incoming, cancellationToken);
            exchange.Caller = verified.Caller;
            exchange.Verified = verified;
            if (definition is null || handler is null)
            {
                var error = refusal ?? S3Errors.NotImplemented;
                return S3Response.Refuse(error).With("Allow", error.Status == StatusCodes.Status405MethodNotAllowed ? router.AllowedMethods(incoming) : null);
            }

            if (definition.Refuse?.Invoke(verified) is { } senseless)
            {
                return senseless;
            }

            if (definition.TakesForm)
            {
                verified = await verifier.VerifyFormAsync(verified, await PostForm.ReadAsync(verified.Incoming, cancellationToken), cancellationToken);
                exchange.Incoming = verified.Incoming;
                exchange.Caller = verified.Caller;
                exchange.Verified = verified;
            }

            var (authorization, denial) = await authorizer.AuthorizeAsync(verified, definition, cancellationToken);
            exchange.Region = authorization.Bucket?.Region;
            exchange.Bucket = authorization.Bucket;
            if (denial is not null)
            {
                return denial;
            }

            exchange.IsRequesterCharged = RequesterPays.Charges(verified, authorization, out var isUnpaid);
            if (isUnpaid)
            {
                return S3Errors.AccessDenied;
            }

            var request = new S3Request(verified, definition, authorization);
            return await handler.HandleAsync(request, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return await FailAsync(exchange, e, cancellationToken);
        }
    }

    /// <summary>The error that an exception means to the client.</summary>
    private async ValueTask<S3Response> FailAsync(Exchange exchange, Exception e, CancellationToken cancellationToken)
    {
        damage.Note(e, exchange.RequestId, exchange.Incoming?.Bucket, exchange.Incoming?.Key);
        var error = ExceptionErrors.Map(e);
        // What is not implemented or does not fit was refused, not failed: the access log tells of it.
        if (error.Status is >= 500 and not (501 or 507))
        {
            Log.RequestFailed(logger, exchange.RequestId, exchange.Definition?.Name, error.Code, e);
        }

        // A client that signed for another region asks the answer where the bucket is.
        if (error.Code == S3Errors.AuthorizationHeaderMalformed.Code && exchange.Incoming?.Bucket is { } bucket)
        {
            exchange.Region = (await metadata.FindBucketAsync(bucket, cancellationToken))?.Region;
        }

        return error;
    }

    private static bool IsOfBrowser(IncomingRequest incoming)
        => incoming.IsWebsite || incoming.Headers.Origin.Count > 0 || incoming.Method == "OPTIONS";

    /// <summary>What browsers ask: preflights and pages of websites. Null for all other requests, of which it is noted whether a page makes them.</summary>
    private async ValueTask<S3Response?> AnswerBrowserAsync(Exchange exchange, IncomingRequest incoming, CancellationToken cancellationToken)
    {
        if (incoming.Method == "OPTIONS")
        {
            (var refused, exchange.CrossOrigin) = await crossOrigin.PreflightAsync(incoming, cancellationToken);
            return refused is null ? S3Response.Ok() : refused;
        }

        if (incoming.Headers.Origin.Count > 0)
        {
            exchange.CrossOrigin = await crossOrigin.FindAsync(incoming, cancellationToken);
        }

        if (!incoming.IsWebsite)
        {
            return null;
        }

        exchange.Bucket = await metadata.FindBucketAsync(incoming.Bucket ?? "", cancellationToken);
        return await websites.AnswerAsync(incoming, cancellationToken);
    }

    private void Observe(Exchange exchange, S3Response response, TimeSpan duration)
    {
        if (exchange.Bucket is { } bucket && LoggingConfiguration.Document.Find(bucket) is { TargetBucket: not null } logging)
        {
            var received = time.GetUtcNow() - duration;
            accessLogs.Add(bucket, logging, received, AccessLogLine.Format(bucket, exchange, response, received, duration));
        }

        var summary = new RequestSummary
        {
            RequestId = exchange.RequestId,
            Method = exchange.Context.Request.Method,
            Operation = exchange.Definition?.Name,
            PathTemplate = exchange.Definition?.PathTemplate
                ?? (exchange.Incoming?.Key is not null ? "/{bucket}/{key}" : exchange.Incoming?.Bucket is not null ? "/{bucket}" : "/"),
            Bucket = exchange.Incoming?.Bucket,
            Key = exchange.Incoming?.Key,
            Status = response.Status,
            ErrorCode = response.Error?.Code,
            BytesReceived = exchange.Context.Request.ContentLength ?? 0,
            BytesSent = exchange.BytesSent,
            Duration = duration,
            AccessKey = exchange.Caller is Caller.Account account ? account.AccessKey : null,
            RemoteAddress = exchange.Context.Connection.RemoteIpAddress?.ToString(),
            UserAgent = exchange.Context.Request.Headers.UserAgent.ToString(),
        };
        RequestTracing.Finish(exchange.Activity, summary);
        foreach (var observer in _observers)
        {
            observer.Completed(summary);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Debug, "Request {RequestId}: the client went away: {Reason}")]
        public static partial void ClientGone(ILogger logger, string requestId, string reason);

        [LoggerMessage(1002, LogLevel.Error, "Request {RequestId}: the response was cut off")]
        public static partial void ResponseFailed(ILogger logger, string requestId, Exception exception);

        [LoggerMessage(1003, LogLevel.Error, "Request {RequestId}: {Operation} failed with {Code}")]
        public static partial void RequestFailed(ILogger logger, string requestId, string? operation, string code, Exception exception);
    }
}

/// <summary>What the pipeline learns of a request on its way, for the answer's headers and the observers.</summary>
internal sealed class Exchange(HttpContext context, string requestId)
{
    public HttpContext Context { get; } = context;

    public string RequestId { get; } = requestId;

    public IncomingRequest? Incoming { get; set; }

    public S3OperationDefinition? Definition { get; set; }

    public Caller? Caller { get; set; }

    /// <summary>The request once its sender is known.</summary>
    public VerifiedRequest? Verified { get; set; }

    /// <summary>The bucket it is about, where there is one.</summary>
    public BucketRecord? Bucket { get; set; }

    /// <summary>The request's span; null when nobody collects spans.</summary>
    public Activity? Activity { get; set; }

    /// <summary>Region of the bucket, shown on every answer about it.</summary>
    public string? Region { get; set; }

    /// <summary>What a browser is told of the answer; null where no page of another origin asks.</summary>
    public CrossOriginAnswer? CrossOrigin { get; set; }

    /// <summary>True when the request is charged to who sent it.</summary>
    public bool IsRequesterCharged { get; set; }

    public long BytesSent { get; set; }
}
