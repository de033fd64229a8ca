using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>
/// Reads what <see cref="RecordWriter"/> wrote: call <see cref="Next"/> and read the field it names; one that is not read is skipped.
/// </summary>
internal ref struct RecordReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _position;
    private ulong _number;
    private ReadOnlySpan<byte> _value;

    private RecordReader(ReadOnlySpan<byte> bytes, int position)
    {
        _bytes = bytes;
        _position = position;
    }

    /// <summary>A reader of a whole record.</summary>
    /// <exception cref="MetadataFormatException">The record is of a newer release, or no record.</exception>
    public static RecordReader Open(ReadOnlySpan<byte> record)
    {
        if (record.IsEmpty || record[0] == 0)
        {
            throw Damaged();
        }

        return record[0] <= RecordFormat.Version ? new RecordReader(record, position: 1)
            : throw new MetadataFormatException(string.Create(
                CultureInfo.InvariantCulture,
                $"A metadata record has format {record[0]}, which a newer release wrote; this one reads up to {RecordFormat.Version}."));
    }

    /// <summary>Moves to the next field; false at the end.</summary>
    public bool Next(out int field)
    {
        if (_position == _bytes.Length)
        {
            field = 0;
            return false;
        }

        var tag = VarInt();
        field = (int)(tag >> 1);
        _number = VarInt();
        _value = default;
        if ((tag & 1) == RecordFormat.Bytes)
        {
            if (_number > (ulong)(_bytes.Length - _position))
            {
                throw Damaged();
            }

            _value = _bytes.Slice(_position, (int)_number);
            _position += (int)_number;
        }

        return true;
    }

    public readonly long Number() => (long)(_number >> 1) ^ -(long)(_number & 1);

    public readonly int Int32() => Number() is >= int.MinValue and <= int.MaxValue and var number ? (int)number : throw Damaged();

    public readonly bool Flag() => _number != 0;

    public readonly DateTimeOffset Time()
        => Number() is var ticks && ticks >= 0 && ticks <= DateTimeOffset.MaxValue.Ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : throw Damaged();

    public readonly string Text() => Encoding.UTF8.GetString(_value);

    public readonly ReadOnlySpan<byte> Bytes() => _value;

    public readonly UInt128 Id() => _value.Length == 16 ? BinaryPrimitives.ReadUInt128BigEndian(_value) : throw Damaged();

    /// <summary>A reader of the nested message that the field holds.</summary>
    public readonly RecordReader Message() => new(_value, position: 0);

    /// <summary>True when nothing is left to read.</summary>
    public readonly bool AtEnd => _position == _bytes.Length;

    /// <summary>A bare number within packed bytes.</summary>
    public ulong VarInt()
    {
        var value = 0ul;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position == _bytes.Length)
            {
                throw Damaged();
            }

            var next = _bytes[_position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged();
    }

    public static MetadataFormatException Damaged() => new("A metadata record is damaged: its fields do not end where its bytes do.");
}
