using BleepStore.Benchmarks.Wire;
using BleepStore.Benchmarks.Workloads;

namespace BleepStore.Benchmarks.Load;

/// <summary>Sends what a run needs beforehand; the first answer that is no success ends it.</summary>
internal sealed class Preparation(S3Endpoint endpoint, int connections)
{
    /// <summary>How many may be sent at once.</summary>
    public ParallelOptions Parallelism { get; } = new() { MaxDegreeOfParallelism = connections };

    /// <summary>Sends all of them over several connections, in no particular order.</summary>
    public void SendAll(IEnumerable<PreparedRequest> requests)
        => Parallel.ForEach(
            requests,
            Parallelism,
            () => new HttpConnection(endpoint.Url),
            (request, _, connection) =>
            {
                Require(connection, request);
                return connection;
            },
            connection => connection.Dispose());

    /// <summary>Makes the bucket where it is missing.</summary>
    public void EnsureBucket(RequestFactory requests)
    {
        using var connection = new HttpConnection(endpoint.Url);
        if (!connection.Send(requests.HeadBucket()).IsSuccess)
        {
            Require(connection, requests.CreateBucket());
        }
    }

    /// <summary>Sends one and gives what <paramref name="read"/> takes from the answer.</summary>
    public T Send<T>(PreparedRequest request, Func<HttpConnection, T> read)
    {
        using var connection = new HttpConnection(endpoint.Url) { KeepsBodies = true };
        Require(connection, request);
        return read(connection);
    }

    private static void Require(HttpConnection connection, PreparedRequest request)
    {
        var answer = connection.Send(request);
        if (!answer.IsSuccess)
        {
            throw new LoadException($"Preparing failed: {answer.Status} {connection.LastBody}");
        }
    }
}

/// <summary>Says in one sentence why a run cannot be made or does not count.</summary>
internal sealed class LoadException(string message) : Exception(message);
