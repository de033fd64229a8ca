namespace BleepStore.Benchmarks.Workloads;

/// <summary>The bytes that uploads send: pseudo-random, the same in every run, in pieces that all requests share.</summary>
internal sealed class Payload
{
    private const int PieceBytes = 1 << 20;

    public Payload(long lengthBytes)
    {
        LengthBytes = lengthBytes;
        var piece = new byte[Math.Min(PieceBytes, lengthBytes)];
        new Random(1).NextBytes(piece);
        Pieces = [.. Enumerable.Range(0, (int)((lengthBytes + PieceBytes - 1) / PieceBytes))
            .Select(index => new ArraySegment<byte>(piece, 0, (int)Math.Min(PieceBytes, lengthBytes - ((long)index * PieceBytes))))];
    }

    public long LengthBytes { get; }

    public IReadOnlyList<ArraySegment<byte>> Pieces { get; }
}
