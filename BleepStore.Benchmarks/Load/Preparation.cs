using BleepStore.Benchmarks.Wire;

namespace BleepStore.Benchmarks.Load;

/// <summary>Sends what a run needs beforehand; the first answer that is no success ends it.</summary>
internal sealed class Preparation(S3Endpoint endpoint, int connections)
{
    /// <summary>Sends all of them over several connections, in no particular order.</summary>
    public void SendAll(IEnumerable<PreparedRequest> requests)
        => Parallel.ForEach(
            requests,
            new ParallelOptions { MaxDegreeOfParallelism = connections },
            () => new HttpConnection(endpoint.Url),
            (request, _, connection) =>
            {
                Require(connection, request);
                return connection;
            },
            connection => connection.Dispose());

    /// <summary>Sends one that may be refused; says whether it was not.</summary>
    public bool TrySend(PreparedRequest request)
    {
        using var connection = new HttpConnection(endpoint.Url);
        return connection.Send(request).IsSuccess;
    }

    /// <summary>Sends one and gives the answer's body.</summary>
    public string Send(PreparedRequest request)
    {
        using var connection = new HttpConnection(endpoint.Url) { KeepsBodies = true };
        Require(connection, request);
        return connection.LastBody;
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
