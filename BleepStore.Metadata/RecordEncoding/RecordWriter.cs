using System.Buffers.Binary;
using System.Text;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>
/// Writes one record as bytes: a format version, then fields of tag and value. Defaults are left out, so that a record costs what it says.
/// Reusable; not thread safe.
/// </summary>
internal sealed class RecordWriter
{
    private byte[] _buffer = new byte[1024];
    private int _length;

    /// <summary>The bytes written since <see cref="Begin"/>; valid until the next one.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Starts a record.</summary>
    public RecordWriter Begin()
    {
        _length = 0;
        Room(1)[0] = RecordFormat.Version;
        _length = 1;
        return this;
    }

    /// <summary>A whole number; 0 is left out.</summary>
    public void Number(int field, long value)
    {
        if (value != 0)
        {
            Tag(field, RecordFormat.VarInt);
            VarInt((ulong)((value << 1) ^ (value >> 63)));
        }
    }

    /// <summary>A truth; false is left out.</summary>
    public void Flag(int field, bool value) => Number(field, value ? 1 : 0);

    /// <summary>A time with a resolution of 100 ns, in UTC; the default is left out.</summary>
    public void Time(int field, DateTimeOffset value) => Number(field, value.UtcTicks);

    /// <summary>A text; one that equals <paramref name="omitted"/> is left out.</summary>
    public void Text(int field, string value, string omitted = "")
    {
        if (value != omitted)
        {
            OptionalText(field, value);
        }
    }

    /// <summary>A text; null is left out, an empty one is kept.</summary>
    public void OptionalText(int field, string? value)
    {
        if (value is not null)
        {
            Tag(field, RecordFormat.Bytes);
            var count = Encoding.UTF8.GetByteCount(value);
            VarInt((ulong)count);
            _length += Encoding.UTF8.GetBytes(value, Room(count));
        }
    }

    /// <summary>Bytes; none are left out.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            Tag(field, RecordFormat.Bytes);
            VarInt((ulong)value.Length);
            value.CopyTo(Room(value.Length));
            _length += value.Length;
        }
    }

    /// <summary>A 16-byte id, big-endian; 0 is left out.</summary>
    public void Id(int field, UInt128 value)
    {
        if (value != UInt128.Zero)
        {
            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
            Bytes(field, bytes);
        }
    }

    /// <summary>Opens a nested message; give the answer to <see cref="EndMessage"/>.</summary>
    public int BeginMessage(int field)
    {
        Tag(field, RecordFormat.Bytes);
        Room(1)[0] = 0;
        return ++_length;
    }

    /// <summary>Closes a nested message.</summary>
    public void EndMessage(int start)
    {
        var length = _length - start;
        if (length < 0x80)
        {
            _buffer[start - 1] = (byte)length;
            return;
        }

        // The one byte kept for the length is too small: move the message on by what more it needs.
        Span<byte> prefix = stackalloc byte[RecordFormat.LongestVarInt];
        var size = RecordFormat.WriteVarInt(prefix, (ulong)length);
        Room(size - 1);
        _buffer.AsSpan(start, length).CopyTo(_buffer.AsSpan(start - 1 + size));
        prefix[..size].CopyTo(_buffer.AsSpan(start - 1));
        _length += size - 1;
    }

    /// <summary>A bare number within packed bytes.</summary>
    public void VarInt(ulong value) => _length += RecordFormat.WriteVarInt(Room(RecordFormat.LongestVarInt), value);

    private void Tag(int field, int kind) => VarInt(((ulong)field << 1) | (uint)kind);

    private Span<byte> Room(int count)
    {
        if (_buffer.Length - _length < count)
        {
            Array.Resize(ref _buffer, (int)Math.Max(_buffer.Length * 2L, _length + (long)count));
        }

        return _buffer.AsSpan(_length);
    }
}

/// <summary>The facts of the record format that writer and reader share.</summary>
internal static class RecordFormat
{
    /// <summary>First byte of every record. A release reads every version up to its own.</summary>
    public const byte Version = 1;

    /// <summary>A field that is a zigzag number.</summary>
    public const int VarInt = 0;

    /// <summary>A field that is a length and that many bytes.</summary>
    public const int Bytes = 1;

    /// <summary>Bytes of the longest number.</summary>
    public const int LongestVarInt = 10;

    /// <summary>Writes a number in groups of seven bits, lowest first; the answer is how many bytes it took.</summary>
    public static int WriteVarInt(Span<byte> target, ulong value)
    {
        var length = 0;
        while (value >= 0x80)
        {
            target[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[length++] = (byte)value;
        return length;
    }
}
