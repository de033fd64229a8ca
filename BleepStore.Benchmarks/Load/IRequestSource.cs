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
