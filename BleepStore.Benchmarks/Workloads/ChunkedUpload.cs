using System.Globalization;
using System.Text;
using BleepStore.Benchmarks.Wire;

namespace BleepStore.Benchmarks.Workloads;

/// <summary>A PUT whose body is in the <c>aws-chunked</c> coding: between the chunk's heads, the payload's own memory is sent.</summary>
internal sealed class ChunkedUpload(RequestSigner signer, string path, string query, Payload payload)
{
    private const string SignedForm = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    private const string TrailerForm = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

    private static readonly PayloadChunk End = new(ArraySegment<byte>.Empty, RequestSigner.HashHex([]));
    private static readonly ArraySegment<byte> LineEnd = Ascii("\r\n");

    /// <summary>Every chunk is signed, on from the request's own signature.</summary>
    public PreparedRequest Signed()
    {
        // Signatures have one length, so that of the body is known before it is signed.
        var chunks = payload.Chunks.Append(End).ToArray();
        var length = chunks.Sum(chunk => (long)ChunkHead(chunk, new string('0', 64)).Length + chunk.Bytes.Count + 2);
        var (lines, signature) = Sign(SignedForm, length);
        var body = new List<ArraySegment<byte>>(3 * chunks.Length);
        foreach (var chunk in chunks)
        {
            signature = signer.SignChunk(signature, chunk.Sha256);
            body.AddRange([Ascii(ChunkHead(chunk, signature)), chunk.Bytes, LineEnd]);
        }

        return new PreparedRequest(lines, body, payload.LengthBytes);
    }

    /// <summary>Unsigned chunks, with a checksum behind them.</summary>
    public PreparedRequest WithTrailer(Crc checksum)
    {
        var body = new List<ArraySegment<byte>>();
        foreach (var chunk in payload.Chunks)
        {
            body.AddRange([Ascii(string.Create(CultureInfo.InvariantCulture, $"{chunk.Bytes.Count:x}\r\n")), chunk.Bytes, LineEnd]);
        }

        body.Add(Ascii($"0\r\n{checksum.HeaderName}:{payload.ChecksumOf(checksum)}\r\n\r\n"));
        var (lines, _) = Sign(TrailerForm, body.Sum(piece => (long)piece.Count), ("x-amz-trailer", checksum.HeaderName));
        return new PreparedRequest(lines, body, payload.LengthBytes);
    }

    private (string Lines, string Signature) Sign(string form, long lengthBytes, params (string Name, string Value)[] headers)
    {
        var decoded = payload.LengthBytes.ToString(CultureInfo.InvariantCulture);
        var (lines, signature) = signer.SignHeaders(
            "PUT", path, query, form, [("content-encoding", "aws-chunked"), ("x-amz-decoded-content-length", decoded), .. headers]);
        var target = query.Length == 0 ? path : $"{path}?{query}";
        return (string.Create(CultureInfo.InvariantCulture, $"PUT {target} HTTP/1.1\r\n{lines}content-length: {lengthBytes}\r\n"), signature);
    }

    private static string ChunkHead(PayloadChunk chunk, string signature)
        => string.Create(CultureInfo.InvariantCulture, $"{chunk.Bytes.Count:x};chunk-signature={signature}\r\n");

    private static ArraySegment<byte> Ascii(string text) => new(Encoding.ASCII.GetBytes(text));
}
