using BleepStore.Benchmarks.Wire;

namespace BleepStore.Benchmarks.Load;

/// <summary>A kind of requests, against one server: prepares what they need and hands them out.</summary>
internal abstract class Workload
{
    /// <summary>True when its requests are used up by a run: then all of it is counted, without a warm-up.</summary>
    public virtual bool IsUsedUp => false;

    /// <summary>Makes what must be there before the next run. A server that only imitates S3 needs none of it.</summary>
    public virtual void Prepare(Preparation preparation)
    {
    }

    /// <summary>Builds the requests of the next run; for each connection one source.</summary>
    public abstract IReadOnlyList<IRequestSource> Open(int connections);

    /// <summary>Removes what a run left unfinished.</summary>
    public virtual void CleanUp(Preparation preparation)
    {
    }

    /// <summary>The same requests round and round, with the connections spread over them.</summary>
    protected static IReadOnlyList<IRequestSource> Ring(PreparedRequest[] requests, int connections)
        => [.. Enumerable.Range(0, connections).Select(connection => new RingSource(requests, (int)((long)requests.Length * connection / connections)))];

    /// <summary>Every request once.</summary>
    protected static IReadOnlyList<IRequestSource> Once(PreparedRequest[] requests, int connections)
        => [.. Enumerable.Repeat(new OnceSource(requests), connections)];
}
