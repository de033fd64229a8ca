using Microsoft.AspNetCore.Connections;

namespace BleepStore.Api.Hosting;

/// <summary>Bounds the connections of all endpoints that share it. The web server's own limit counts for each endpoint anew.</summary>
/// <param name="most">How many may be open at once; one more is closed as soon as it is accepted.</param>
internal sealed class ConnectionLimit(long most)
{
    private long _open;

    /// <summary>The first step of a connection: whatever comes after it, as encryption, is spent on admitted ones alone.</summary>
    public ConnectionDelegate Enforce(ConnectionDelegate next) => async connection =>
    {
        try
        {
            if (Interlocked.Increment(ref _open) <= most)
            {
                await next(connection);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    };
}
