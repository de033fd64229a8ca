using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using BleepStore.Api.Observability;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Admin;

/// <summary>
/// The path of every request on the admin listener: parse, authenticate, route, answer. What is not allowed is denied before it is
/// routed.
/// </summary>
internal sealed partial class AdminPipeline(
    S3RequestParser parser, AdminAuthenticator authenticator, IEnumerable<IAdminRoutes> routes, ILogger<AdminPipeline> logger)
{
    private const int MaxLoggedPath = 256;

    private readonly AdminRoute[] _routes = [.. routes.SelectMany(group => group.Routes)];

    /// <summary>Answers one request; never throws for what a client can cause.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var requestId = Convert.ToHexString(RandomNumberGenerator.GetBytes(8));
        AdminAnswer answer;
        try
        {
            answer = await AnswerAsync(context, requestId, context.RequestAborted);
        }
        catch (AdminException e)
        {
            answer = e.Answer;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            var error = ExceptionErrors.Map(e);
            if (error.Status >= 500)
            {
                Log.Failed(logger, requestId, error.Code, e);
            }

            answer = AdminAnswer.Refuse(error.Status, error.Code, error.Message);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
            return;
        }

        await WriteAsync(context, answer, requestId, context.RequestAborted);
    }

    private async ValueTask<AdminAnswer> AnswerAsync(HttpContext context, string requestId, CancellationToken cancellationToken)
    {
        var incoming = parser.Parse(context, requestId);
        if (await authenticator.AuthenticateAsync(incoming, cancellationToken) is not { } caller)
        {
            Log.Denied(logger, requestId, context.Connection.RemoteIpAddress?.ToString() ?? "-");
            return incoming.Headers.Authorization.Count == 0
                ? AdminAnswer.Refuse(StatusCodes.Status401Unauthorized, "Unauthorized", "Sign the request with the root credential, or send the admin token.")
                : AdminAnswer.Refuse(StatusCodes.Status403Forbidden, "AccessDenied", "Access denied.");
        }

        var matching = _routes.Where(route => route.Matches(incoming.RawPath, out _)).ToArray();
        if (matching.Length == 0)
        {
            return AdminAnswer.NotFound("There is no such path.");
        }

        if (Array.Find(matching, route => route.Method == incoming.Method) is not { } chosen)
        {
            return AdminAnswer.Refuse(StatusCodes.Status405MethodNotAllowed, "MethodNotAllowed", $"{incoming.Method} is not possible here.") with
            {
                Allow = string.Join(", ", matching.Select(route => route.Method)),
            };
        }

        _ = chosen.Matches(incoming.RawPath, out var argument);
        var decoded = argument is null ? null : PercentEncoding.Decode(argument, plusIsSpace: false);
        var answer = await chosen.Handler(new AdminRequest(context, incoming, caller.Payload, caller.Caller, decoded), cancellationToken);
        if (incoming.Method != HttpMethods.Get)
        {
            Log.Changed(logger, requestId, caller.Caller, incoming.Method, LogText.Escape(incoming.RawPath, MaxLoggedPath), answer.Status);
        }

        return answer;
    }

    private static async Task WriteAsync(HttpContext context, AdminAnswer answer, string requestId, CancellationToken cancellationToken)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        response.Headers["x-amz-request-id"] = requestId;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (answer.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        if (answer.Allow is not null)
        {
            response.Headers.Allow = answer.Allow;
        }

        var body = answer.Body is AdminRefusal refusal ? new AdminError(refusal.Code, refusal.Message, requestId) : answer.Body;
        if (body is null)
        {
            return;
        }

        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), AdminAnswer.Json);
        response.ContentType = "application/json";
        response.Headers.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.BodyWriter.WriteAsync(bytes, cancellationToken);
        }
    }

    /// <summary>A page size between 1 and a bound.</summary>
    /// <exception cref="AdminException">It is something else.</exception>
    public static int ParseLimit(string? text, int fallback, int max)
        => text is null ? fallback
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit >= 1 && limit <= max ? limit
            : throw new AdminException(AdminAnswer.BadRequest($"limit must be a number from 1 to {max}."));

    private static partial class Log
    {
        [LoggerMessage(1401, LogLevel.Error, "Admin request {RequestId} failed with {Code}")]
        public static partial void Failed(ILogger logger, string requestId, string code, Exception exception);

        [LoggerMessage(1402, LogLevel.Information, "Admin request {RequestId}: {Caller} did {Method} {Path}: {Status}")]
        public static partial void Changed(ILogger logger, string requestId, string caller, string method, string path, int status);

        [LoggerMessage(1403, LogLevel.Warning, "Admin request {RequestId} from {Remote} was denied")]
        public static partial void Denied(ILogger logger, string requestId, string remote);
    }
}

/// <summary>Registers the admin API.</summary>
internal static class AdminRegistration
{
    public static IServiceCollection AddAdmin(this IServiceCollection services)
    {
        services.AddSingleton<AdminAuthenticator>();
        services.AddSingleton<AdminPipeline>();
        services.AddSingleton<CredentialStore>();
        services.AddSingleton<IAdminRoutes, ServerRoutes>();
        services.AddSingleton<IAdminRoutes, CredentialRoutes>();
        services.AddSingleton<IAdminRoutes, IntegrityRoutes>();
        services.AddSingleton<AdminAccounts>();
        services.AddSingleton<IAdminRoutes, IdentityRoutes>();
        services.AddSingleton<IAdminRoutes, PolicyRoutes>();
        services.AddSingleton<IAdminRoutes, RootKeyRoutes>();
        return services;
    }
}
