using System.Buffers.Text;
using System.Text;

namespace BleepStore.Benchmarks.Wire;

/// <summary>What of an answer's header says where the answer ends.</summary>
internal readonly record struct AnswerHead(long ContentLength, bool IsChunked, bool Closes)
{
    public static AnswerHead Parse(ReadOnlySpan<byte> head)
    {
        var length = 0L;
        var isChunked = false;
        var closes = false;
        while (true)
        {
            // Lines after the first one, until the empty one.
            head = head[(head.IndexOf((byte)'\n') + 1)..];
            var colon = head.IndexOf((byte)':');
            var end = head.IndexOf((byte)'\r');
            if (end <= 0 || colon < 0)
            {
                return new AnswerHead(length, isChunked, closes);
            }

            // Names are told apart by their length first: most lines are not looked at any further.
            var name = head[..colon];
            switch (colon)
            {
                case 14 when Ascii.EqualsIgnoreCase(name, "content-length"u8):
                    length = Utf8Parser.TryParse(Value(head, colon, end), out length, out _) ? length : throw new IOException("Content-Length is no number.");
                    break;
                case 17 when Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8):
                    isChunked = true;
                    break;
                case 10 when Ascii.EqualsIgnoreCase(name, "connection"u8):
                    closes = Ascii.EqualsIgnoreCase(Value(head, colon, end), "close"u8);
                    break;
            }
        }
    }

    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> line, int colon, int end) => line[(colon + 1)..end].Trim((byte)' ');
}
