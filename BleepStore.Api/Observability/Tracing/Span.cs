using System.Diagnostics;

namespace BleepStore.Api.Observability.Tracing;

/// <summary>Ends a child span when the work it stands for is done, and lets the caller go on under its own span meanwhile.</summary>
internal static class Span
{
    public static ValueTask<T> EndAsync<T>(Activity? span, ValueTask<T> work)
    {
        if (span is null)
        {
            return work;
        }

        // Starting made the span current for the caller too, who may ask for more before this is done.
        Activity.Current = span.Parent;
        return AwaitAsync(span, work);
    }

    public static ValueTask EndAsync(Activity? span, ValueTask work)
    {
        if (span is null)
        {
            return work;
        }

        Activity.Current = span.Parent;
        return AwaitAsync(span, work);
    }

    private static async ValueTask<T> AwaitAsync<T>(Activity span, ValueTask<T> work)
    {
        try
        {
            return await work;
        }
        catch (Exception e)
        {
            RequestTracing.Fail(span, e);
            throw;
        }
        finally
        {
            span.Dispose();
        }
    }

    private static async ValueTask AwaitAsync(Activity span, ValueTask work)
    {
        try
        {
            await work;
        }
        catch (Exception e)
        {
            RequestTracing.Fail(span, e);
            throw;
        }
        finally
        {
            span.Dispose();
        }
    }
}
