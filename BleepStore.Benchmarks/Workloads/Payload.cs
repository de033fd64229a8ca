using System.Security.Cryptography;
using BleepStore.Benchmarks.Wire;

namespace BleepStore.Benchmarks.Workloads;

/// <summary>The bytes that uploads send: pseudo-random, the same in every run, in pieces that all requests share.</summary>
internal sealed class Payload
{
    /// <summary>What the AWS SDKs put into one chunk.</summary>
    private const int ChunkBytes = 64 << 10;

    private const int PieceBytes = 1 << 20;

    private readonly Lazy<string> _sha256;
    private readonly Lazy<IReadOnlyList<PayloadChunk>> _chunks;
    private readonly Dictionary<Crc, string> _checksums = [];

    public Payload(long lengthBytes)
    {
        LengthBytes = lengthBytes;
        var piece = new byte[Math.Min(PieceBytes, lengthBytes)];
        new Random(1).NextBytes(piece);
        Pieces = [.. Enumerable.Range(0, (int)((lengthBytes + PieceBytes - 1) / PieceBytes))
            .Select(index => new ArraySegment<byte>(piece, 0, (int)Math.Min(PieceBytes, lengthBytes - ((long)index * PieceBytes))))];
        _sha256 = new(HashAll);
        _chunks = new(Cut);
    }

    public Payload(byte[] bytes)
    {
        LengthBytes = bytes.Length;
        Pieces = [new(bytes)];
        _sha256 = new(HashAll);
        _chunks = new(Cut);
    }

    public static Payload Empty { get; } = new(0);

    public long LengthBytes { get; }

    public IReadOnlyList<ArraySegment<byte>> Pieces { get; }

    /// <summary>SHA-256 of it all, in hex.</summary>
    public string Sha256 => _sha256.Value;

    /// <summary>All bytes as the chunks of an <c>aws-chunked</c> body, without the empty last one.</summary>
    public IReadOnlyList<PayloadChunk> Chunks => _chunks.Value;

    /// <summary>The checksum in base64. For one thread.</summary>
    public string ChecksumOf(Crc crc)
    {
        if (!_checksums.TryGetValue(crc, out var value))
        {
            value = _checksums[crc] = crc.Base64Of(Pieces);
        }

        return value;
    }

    private string HashAll()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var piece in Pieces)
        {
            hash.AppendData(piece);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private List<PayloadChunk> Cut()
    {
        var known = new Dictionary<(int Offset, int Count), PayloadChunk>();
        var chunks = new List<PayloadChunk>();
        foreach (var piece in Pieces)
        {
            for (var offset = 0; offset < piece.Count; offset += ChunkBytes)
            {
                var count = Math.Min(ChunkBytes, piece.Count - offset);
                if (!known.TryGetValue((offset, count), out var chunk))
                {
                    chunk = new(piece.Slice(offset, count), RequestSigner.HashHex(piece.Slice(offset, count)));
                    known.Add((offset, count), chunk);
                }

                chunks.Add(chunk);
            }
        }

        return chunks;
    }
}

/// <summary>A slice of a payload and its SHA-256 in hex.</summary>
internal sealed record PayloadChunk(ArraySegment<byte> Bytes, string Sha256);
