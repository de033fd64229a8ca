namespace BleepStore.Metadata.RecordEncoding;

/// <summary>
/// Shares one immutable value between records whose bytes for it are the same: nearly all objects of a bucket have one ACL.
/// </summary>
internal sealed class RecentValues<T>(RecentValues<T>.Reading read)
    where T : class
{
    private const int Slots = 64;

    /// <summary>Longer values are not kept.</summary>
    private const int LongestBytes = 512;

    private readonly Entry?[] _recent = new Entry?[Slots];

    /// <summary>Makes a value of its bytes.</summary>
    public delegate T Reading(RecordReader reader);

    /// <summary>The value of a message; the one seen last in its slot where the bytes are the same. Races only cost a copy.</summary>
    public T Of(RecordReader message)
    {
        var bytes = message.Bytes();
        if (bytes.Length > LongestBytes)
        {
            return read(message.Message());
        }

        var hash = new HashCode();
        hash.AddBytes(bytes);
        ref var slot = ref _recent[hash.ToHashCode() & (Slots - 1)];
        var known = Volatile.Read(ref slot);
        if (known is not null && bytes.SequenceEqual(known.Bytes))
        {
            return known.Value;
        }

        var value = read(message.Message());
        Volatile.Write(ref slot, new Entry(bytes.ToArray(), value));
        return value;
    }

    private sealed record Entry(byte[] Bytes, T Value);
}
