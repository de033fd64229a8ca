using System.Text;

namespace BleepStore.Benchmarks.Wire;

/// <summary>A request as the bytes that go to the socket, made before the run so that sending it costs next to nothing.</summary>
internal sealed class PreparedRequest
{
    /// <summary>Bodies up to here go out with the head in one buffer; a copy is cheaper than a vector of buffers.</summary>
    private const int OneBufferBytes = 16 << 10;

    /// <summary>Buffers in one call; the kernel takes no more than 1,024.</summary>
    private const int BuffersPerCall = 512;

    /// <summary>Puts the bytes together.</summary>
    /// <param name="head">Request line and header lines, without the empty line.</param>
    /// <param name="body">What follows it, in pieces that many requests may share.</param>
    /// <param name="payloadBytes">What of it the server stores: counted in the figures.</param>
    public PreparedRequest(string head, IReadOnlyList<ArraySegment<byte>> body, long payloadBytes)
    {
        var bytes = Encoding.ASCII.GetBytes(head + "\r\n");
        IsHead = head.StartsWith("HEAD ", StringComparison.Ordinal);
        PayloadBytes = payloadBytes;
        ArraySegment<byte>[] pieces = body.Sum(piece => (long)piece.Count) <= OneBufferBytes
            ? [new([.. bytes, .. body.SelectMany(piece => piece)])]
            : [new(bytes), .. body.Where(piece => piece.Count > 0)];
        Batches = [.. pieces.Chunk(BuffersPerCall).Select(batch => new SendBatch(batch, batch.Sum(piece => (long)piece.Count)))];
    }

    /// <summary>What is sent, one call each.</summary>
    public IReadOnlyList<SendBatch> Batches { get; }

    public long PayloadBytes { get; }

    /// <summary>True when the answer has no body, whatever its headers say.</summary>
    public bool IsHead { get; }

    /// <summary>Bytes that a good answer's body must have; null for any number.</summary>
    public long? AnswerBytes { get; init; }

    /// <summary>True when the status may be good and the body still tell an error, so that the body is read.</summary>
    public bool MayHideError { get; init; }
}

/// <summary>Buffers that go to the socket in one call.</summary>
internal sealed record SendBatch(ArraySegment<byte>[] Pieces, long LengthBytes);
