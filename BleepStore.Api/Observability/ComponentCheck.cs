namespace BleepStore.Api.Observability;

/// <summary>How a component was found.</summary>
/// <param name="Error">What hinders it; null when it can serve.</param>
/// <param name="Latency">How long it took to find out.</param>
internal sealed record ComponentHealth(string? Error, TimeSpan Latency)
{
    public bool CanServe => Error is null;
}

/// <summary>
/// Asks one component whether it can serve, in bounded time. A check that hangs is reported, and no second one is started beside it.
/// </summary>
internal sealed partial class ComponentCheck(string name, Func<CancellationToken, ValueTask> check, TimeProvider time, ILogger logger)
{
    /// <summary>A component that takes longer cannot serve.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private Task _running = Task.CompletedTask;
    private bool _wasServing = true;

    /// <summary>Name in the report.</summary>
    public string Name { get; } = name;

    /// <summary>Asks the component. Not to be called while an earlier call runs.</summary>
    public async Task<ComponentHealth> CheckAsync()
    {
        var started = time.GetTimestamp();
        Exception? failure = null;
        try
        {
            if (_running.IsCompleted)
            {
                _running = RunAsync();
            }

            await _running.WaitAsync(Patience, time);
        }
        catch (Exception e)
        {
            failure = e;
        }

        if (failure is not null)
        {
            Log.CannotServe(logger, Name, failure);
        }
        else if (!_wasServing)
        {
            Log.ServesAgain(logger, Name);
        }

        _wasServing = failure is null;
        return new ComponentHealth(failure?.Message, time.GetElapsedTime(started));
    }

    private async Task RunAsync()
    {
        using var patience = new CancellationTokenSource(Patience, time);

        // A check that blocks its thread must not block the request.
        await Task.Run(async () => await check(patience.Token), patience.Token);
    }

    private static partial class Log
    {
        [LoggerMessage(3201, LogLevel.Error, "Health: {Component} cannot serve")]
        public static partial void CannotServe(ILogger logger, string component, Exception exception);

        [LoggerMessage(3202, LogLevel.Information, "Health: {Component} serves again")]
        public static partial void ServesAgain(ILogger logger, string component);
    }
}
