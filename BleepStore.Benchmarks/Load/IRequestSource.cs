using BleepStore.Benchmarks.Wire;

namespace BleepStore.Benchmarks.Load;

/// <summary>Gives one connection its requests, one after the other. For one thread; sources of several connections may share what they hand out.</summary>
internal interface IRequestSource
{
    /// <summary>The next request, or null when all that were prepared are used up.</summary>
    PreparedRequest? Next();
}

/// <summary>Hands out the same requests round and round, every connection from another place.</summary>
internal sealed class RingSource(PreparedRequest[] requests, int start) : IRequestSource
{
    private int _next = start % requests.Length;

    public PreparedRequest Next()
    {
        var request = requests[_next];
        _next = _next + 1 == requests.Length ? 0 : _next + 1;
        return request;
    }
}

/// <summary>Hands out every request once, to whichever connection asks next. Safe from several threads.</summary>
internal sealed class OnceSource(PreparedRequest[] requests) : IRequestSource
{
    private int _taken;

    public PreparedRequest? Next()
    {
        var next = Interlocked.Increment(ref _taken) - 1;
        return next < requests.Length ? requests[next] : null;
    }
}

/// <summary>Takes from several sources in turn, by a fixed order of their numbers.</summary>
internal sealed class MixedSource(IRequestSource[] sources, byte[] order, int start) : IRequestSource
{
    private int _next = start % order.Length;

    public PreparedRequest? Next()
    {
        var source = sources[order[_next]];
        _next = (_next + 1) % order.Length;
        return source.Next();
    }
}

/// <summary>Ends all sources of a run after so many requests. Safe from several threads as far as its source is.</summary>
internal sealed class LimitedSource(IRequestSource source, RequestLimit limit) : IRequestSource
{
    public PreparedRequest? Next() => limit.Take() ? source.Next() : null;
}

/// <summary>How many requests are left. Safe from several threads.</summary>
internal sealed class RequestLimit(int requests)
{
    private int _left = requests;

    public bool Take() => Interlocked.Decrement(ref _left) >= 0;
}
