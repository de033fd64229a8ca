using System.Runtime.CompilerServices;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Bodies;

/// <summary>Takes the frames off a body: gives the bytes that are meant, and an end only where the framing has one.</summary>
internal abstract class BodyFraming(Stream source) : IDisposable
{
    /// <summary>Reads into a buffer that is not empty; 0 is the clean end, after which it is not called again.</summary>
    /// <exception cref="S3Exception">The framing or a signature is broken, or the client stopped sending.</exception>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>The value of a trailer, known after the end; null when the framing has none or the body did not have it.</summary>
    public virtual string? Trailer(string name) => null;

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }

    /// <summary>
    /// Reads what the client sends. Nothing is asked of the connection before the first call, so that <c>100 Continue</c> is sent only to a
    /// client whose body is wanted.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    protected async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await source.ReadAsync(buffer, cancellationToken);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status408RequestTimeout)
        {
            throw BodyRejection.TooSlow.Exception(cause: e);
        }
        catch (IOException e)
        {
            // A broken HTTP framing or a connection that went away: whatever came, it is not the whole body.
            throw BodyRejection.Terminated.Exception(cause: e);
        }
    }
}

/// <summary>A body that is nothing but its bytes.</summary>
internal sealed class PlainFraming(Stream source) : BodyFraming(source)
{
    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        => ReceiveAsync(buffer, cancellationToken);
}
