using System.Buffers;
using System.Text;

namespace BleepStore.Api.Auth;

/// <summary>Collects the bytes of a canonical request in a pooled buffer, so that hashing one allocates nothing.</summary>
internal ref struct Utf8Writer(int initialCapacity) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(initialCapacity);
    private int _length;

    public readonly ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Append(byte value)
    {
        Reserve(1);
        _buffer[_length++] = value;
    }

    public void Append(scoped ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    public void Append(scoped ReadOnlySpan<char> text)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_length));
    }

    /// <summary>Appends <c>%XX</c>.</summary>
    public void AppendEscaped(byte value)
    {
        Reserve(3);
        _buffer[_length++] = (byte)'%';
        _buffer[_length++] = "0123456789ABCDEF"u8[value >> 4];
        _buffer[_length++] = "0123456789ABCDEF"u8[value & 15];
    }

    /// <summary>Gives the buffer back. It is not cleared: a canonical request holds no secret of ours.</summary>
    public void Dispose()
    {
        var buffer = _buffer;
        this = default;
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - _length >= count)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + count));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
