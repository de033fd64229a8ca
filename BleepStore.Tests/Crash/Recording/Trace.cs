using System.Buffers.Binary;
using System.Text;

namespace BleepStore.Tests.Crash.Recording;

/// <summary>What one record of the recorder says. The numbers are those of <c>trace.h</c>.</summary>
internal enum TraceOperation
{
    /// <summary>A process began; <see cref="TraceRecord.Inode"/> is the root's.</summary>
    Start = 1,

    /// <summary>Everything so far is on the disk: what the first process found there.</summary>
    Durable = 2,

    Create = 3,
    MakeDirectory = 4,
    Write = 5,
    Truncate = 6,

    /// <summary>Room for a range, and a size that holds it.</summary>
    Allocate = 7,

    /// <summary>A range became a hole of zeros; the size stays.</summary>
    Punch = 8,

    SyncBegin = 9,
    SyncEnd = 10,
    Rename = 11,
    Link = 12,
    Unlink = 13,
    RemoveDirectory = 14,

    /// <summary>A change that the model has no rule for.</summary>
    Unmodelled = 15,
}

/// <summary>One change of a file, a directory or what is durable of it.</summary>
/// <param name="Operation">What happened.</param>
/// <param name="Inode">The file system's number of the file, unique among those that exist.</param>
/// <param name="Number">Which sync of its process; the process's id at a start.</param>
/// <param name="Offset">Where the range begins.</param>
/// <param name="Length">Length of the range, or the new size.</param>
/// <param name="Path">Path below the root; empty where the inode says it.</param>
/// <param name="Other">The new path of a rename or link.</param>
/// <param name="Data">Bytes written.</param>
/// <param name="End">Length of the trace once this was recorded: its place in time.</param>
internal sealed record TraceRecord(
    TraceOperation Operation, ulong Inode, ulong Number, long Offset, long Length, string Path, string Other, ReadOnlyMemory<byte> Data, long End);

/// <summary>Everything that the processes of a recording did to the files below its root, in order.</summary>
internal static class Trace
{
    private const int HeaderSize = 48;

    public static List<TraceRecord> Load(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var records = new List<TraceRecord>();
        for (var at = 0; at < bytes.Length;)
        {
            var header = bytes.AsSpan(at, HeaderSize);
            var size = BinaryPrimitives.ReadInt32LittleEndian(header);
            var pathLength = BinaryPrimitives.ReadInt32LittleEndian(header[40..]);
            var otherLength = BinaryPrimitives.ReadInt32LittleEndian(header[44..]);
            var names = at + HeaderSize;
            var data = names + pathLength + otherLength;
            records.Add(new TraceRecord(
                (TraceOperation)BinaryPrimitives.ReadInt32LittleEndian(header[4..]),
                BinaryPrimitives.ReadUInt64LittleEndian(header[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(header[16..]),
                BinaryPrimitives.ReadInt64LittleEndian(header[24..]),
                BinaryPrimitives.ReadInt64LittleEndian(header[32..]),
                Encoding.UTF8.GetString(bytes, names, pathLength),
                Encoding.UTF8.GetString(bytes, names + pathLength, otherLength),
                bytes.AsMemory(data, at + size - data),
                at + size));
            at += size;
        }

        return records;
    }
}
