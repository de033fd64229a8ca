namespace BleepStore.Benchmarks.Load;

/// <summary>How hard and how long a run drives a server.</summary>
internal sealed record LoadSettings
{
    public required int Connections { get; init; }

    /// <summary>Time before anything is counted.</summary>
    public required TimeSpan Warmup { get; init; }

    /// <summary>Time that is counted, unless the requests are used up earlier.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How many requests at most; with a number, there is no warm-up. Null for as many as the time allows.</summary>
    public int? Requests { get; init; }

    /// <summary>
    /// Requests a second, sent when they are due whether or not earlier ones are answered; null sends the next one when the last is answered.
    /// </summary>
    public double? Rate { get; init; }
}
