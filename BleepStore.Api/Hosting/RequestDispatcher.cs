using BleepStore.Api.Admin;
using BleepStore.Api.Observability;
using BleepStore.Api.Pipeline;
using BleepStore.Api.QueryApi;
using Microsoft.AspNetCore.Http.Features;

namespace BleepStore.Api.Hosting;

/// <summary>
/// The first to see a request: sends it to the admin API, to what is beside S3, to IAM and STS, or to S3, and turns it away during a drain.
/// </summary>
internal sealed class RequestDispatcher(
    S3Pipeline s3, QueryPipeline query, AdminPipeline admin, BesideS3Endpoints beside, DrainState drain)
{
    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers.Server = "BleepStore";
        var isAdmin = context.Features.Get<ListenerFeature>()?.Kind == ListenerKind.Admin;
        if (!isAdmin && await beside.TryAnswerAsync(context))
        {
            // Probes answer until the end, also during a drain.
            return;
        }

        if (!drain.TryEnter())
        {
            Refuse(context);
            return;
        }

        try
        {
            await (isAdmin ? admin.InvokeAsync(context) : query.Takes(context) ? query.InvokeAsync(context) : s3.InvokeAsync(context));
        }
        finally
        {
            drain.Leave();
        }
    }

    private static void Refuse(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = "1";
        if (context.Features.Get<IHttpRequestFeature>()?.Protocol is "HTTP/1.1" or "HTTP/1.0")
        {
            context.Response.Headers.Connection = "close";
        }
    }
}
