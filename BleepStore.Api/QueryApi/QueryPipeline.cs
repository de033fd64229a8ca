using System.Collections.Frozen;
using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Identities;
using BleepStore.Api.Observability.Tracing;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;

namespace BleepStore.Api.QueryApi;

/// <summary>
/// The path of every request to IAM or STS, which come to the S3 endpoint as a form posted to its root: read, authenticate, route, authorise,
/// answer. The body is read first, for the signature covers it.
/// </summary>
internal sealed partial class QueryPipeline(
    S3RequestParser parser,
    VerifiedRequest.Verifier verifier,
    QueryAuthorizer authorizer,
    IEnumerable<IQueryActions> groups,
    IEnumerable<IRequestObserver> observers,
    TimeProvider time,
    ILogger<QueryPipeline> logger)
{
    private const int MaxFormBytes = 256 * 1024;

    // Far more than any action has; looking one up walks them all.
    private const int MaxParameters = 1000;
    private const string FormType = "application/x-www-form-urlencoded";

    private readonly FrozenDictionary<(string Service, string Action), QueryAction> _actions = groups.SelectMany(group => group.Actions)
        .ToFrozenDictionary(action => (action.Service.Name, action.Name));

    private readonly IRequestObserver[] _observers = [.. observers];
    private readonly RequestIds _requestIds = new();

    /// <summary>True for a form posted to the root of the endpoint: no operation of S3 looks like that.</summary>
    public bool Takes(HttpContext context)
        => HttpMethods.IsPost(context.Request.Method)
            && context.Request.Path == "/"
            && context.Request.ContentType?.StartsWith(FormType, StringComparison.OrdinalIgnoreCase) == true
            && parser.FindHostBucket(context.Request.Host.Value) is null;

    /// <summary>Answers one request; never throws for what a client can cause.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var started = time.GetTimestamp();
        ExpectContinue.Guard(context);
        var exchange = new QueryExchange(_requestIds.Next());
        QueryAnswer answer;
        try
        {
            answer = await AnswerAsync(context, exchange, context.RequestAborted);
        }
        catch (QueryException e)
        {
            answer = e.Error;
        }
        catch (S3Exception e)
        {
            answer = SignatureErrors.Of(e.Error);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested || e is OperationCanceledException)
        {
            context.Abort();
            return;
        }
        catch (Exception e)
        {
            answer = ErrorOf(ExceptionErrors.Map(e));
            if (answer.Error is { Status: >= 500 })
            {
                Log.Failed(logger, exchange.RequestId, exchange.Action?.Name, e);
            }
        }

        var sent = await WriteAsync(context, exchange, answer);
        Observe(context, exchange, answer, sent, time.GetElapsedTime(started));
    }

    private async ValueTask<QueryAnswer> AnswerAsync(HttpContext context, QueryExchange exchange, CancellationToken cancellationToken)
    {
        var incoming = parser.Parse(context, exchange.RequestId);
        var body = await ReadBodyAsync(incoming, cancellationToken);
        if (body.AsSpan().Count((byte)'&') >= MaxParameters)
        {
            return QueryErrors.MalformedInput.Because($"The form has more than {MaxParameters} parameters.");
        }

        var form = S3Query.Parse(Encoding.Latin1.GetString(body));
        exchange.Service = QueryService.OfVersion(form["Version"]) ?? exchange.Service;
        if (form["Action"] is "AssumeRoleWithWebIdentity" or "AssumeRoleWithSAML")
        {
            // They come without a signature, and who they are would be said by a provider that this server does not know.
            return QueryErrors.NotImplemented.Because("This server has no identity providers: use AssumeRole with an access key.");
        }

        var (service, caller) = await verifier.VerifyQueryAsync(incoming, body, cancellationToken);
        exchange.Service = service;
        exchange.Caller = caller;
        if (form["Action"] is not { Length: > 0 } name)
        {
            return QueryErrors.MissingAction;
        }

        if (!_actions.TryGetValue((service.Name, name), out var action) || form["Version"] is { } version && version != service.Version)
        {
            return QueryErrors.InvalidAction.Because($"Could not find operation {LogText(name)} for version {form["Version"] ?? "NO_VERSION_SPECIFIED"}");
        }

        exchange.Action = action;
        using var span = RequestTracing.Start(action.Name, exchange.RequestId, bucket: null);
        var request = new QueryRequest(form, caller, incoming, context.Connection.RemoteIpAddress?.ToString());
        return await authorizer.FindRefusalAsync(request, action, cancellationToken) ?? await action.Handler(request, cancellationToken);
    }

    private static async ValueTask<byte[]> ReadBodyAsync(IncomingRequest incoming, CancellationToken cancellationToken)
    {
        var bytes = new byte[4 * 1024];
        var length = 0;
        for (int count; (count = await incoming.Body.ReadAsync(bytes.AsMemory(length), cancellationToken)) > 0;)
        {
            length += count;
            if (length > MaxFormBytes)
            {
                throw new QueryException(QueryErrors.MalformedInput.Because($"The form is longer than {MaxFormBytes} bytes."));
            }

            // Memory grows with the bytes that come, not with those that were promised.
            Array.Resize(ref bytes, length == bytes.Length ? 2 * length : bytes.Length);
        }

        return bytes[..length];
    }

    private static async ValueTask<long> WriteAsync(HttpContext context, QueryExchange exchange, QueryAnswer answer)
    {
        using var document = new S3XmlWriter();
        QueryXml.Write(document, exchange.Service, exchange.Action, answer, exchange.RequestId);
        var response = context.Response;
        response.StatusCode = answer.Error?.Status ?? StatusCodes.Status200OK;
        response.Headers["x-amzn-RequestId"] = exchange.RequestId;
        response.Headers.CacheControl = "no-store";
        response.ContentType = "text/xml";
        response.ContentLength = document.Length;
        document.WriteTo(response.BodyWriter);
        await response.BodyWriter.FlushAsync(context.RequestAborted);
        return document.Length;
    }

    private void Observe(HttpContext context, QueryExchange exchange, QueryAnswer answer, long sent, TimeSpan duration)
    {
        var summary = new RequestSummary
        {
            RequestId = exchange.RequestId,
            Method = context.Request.Method,
            Operation = exchange.Action?.Name,
            PathTemplate = "/",
            Bucket = null,
            Key = null,
            Status = answer.Error?.Status ?? StatusCodes.Status200OK,
            ErrorCode = answer.Error?.Code,
            BytesReceived = context.Request.ContentLength ?? 0,
            BytesSent = sent,
            Duration = duration,
            AccessKey = exchange.Caller?.AccessKey,
            RemoteAddress = context.Connection.RemoteIpAddress?.ToString(),
            UserAgent = context.Request.Headers.UserAgent.ToString(),
        };
        foreach (var observer in _observers)
        {
            observer.Completed(summary);
        }
    }

    private static QueryError ErrorOf(S3Error error) => error.Status switch
    {
        503 => QueryErrors.ServiceUnavailable,
        >= 500 => QueryErrors.InternalFailure,

        // A body that is none, or does not come.
        _ => QueryErrors.MalformedInput.Because(error.Message),
    };

    private static string LogText(string name) => name.Length > 128 ? name[..128] : name;

    /// <summary>What is learned of a request on its way.</summary>
    private sealed class QueryExchange(string requestId)
    {
        public string RequestId { get; } = requestId;

        public QueryService Service { get; set; } = QueryService.Iam;

        public QueryAction? Action { get; set; }

        public Caller.Account? Caller { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(1501, LogLevel.Error, "Request {RequestId}: {Action} failed")]
        public static partial void Failed(ILogger logger, string requestId, string? action, Exception exception);
    }
}

/// <summary>Registers IAM and STS.</summary>
internal static class QueryRegistration
{
    public static IServiceCollection AddQueryServices(this IServiceCollection services)
    {
        services.AddSingleton<QueryAuthorizer>();
        services.AddSingleton<SessionTokens>();
        services.AddSingleton<Sts.SessionIssuer>();
        services.AddSingleton<QueryPipeline>();
        services.AddSingleton<Iam.IdentityPages>();
        services.AddSingleton<IQueryActions, Iam.UserActions>();
        services.AddSingleton<IQueryActions, Iam.AccessKeyActions>();
        services.AddSingleton<IQueryActions, Iam.GroupActions>();
        services.AddSingleton<IQueryActions, Iam.RoleActions>();
        services.AddSingleton<IQueryActions, Iam.ManagedPolicyActions>();
        services.AddSingleton<IQueryActions, Iam.InlinePolicyActions>();
        services.AddSingleton<IQueryActions, Iam.AttachmentActions>();
        services.AddSingleton<IQueryActions, Iam.TagActions>();
        services.AddSingleton<IQueryActions, Sts.SessionActions>();
        services.AddSingleton<IQueryActions, Sts.RoleSessionActions>();
        return services;
    }
}
