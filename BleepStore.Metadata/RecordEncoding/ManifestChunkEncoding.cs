using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>The bytes of a <see cref="ManifestChunk"/>: its parts are pairs of the step in number and the size, a few bytes each.</summary>
internal static class ManifestChunkEncoding
{
    public static ReadOnlySpan<byte> Encode(RecordWriter writer, ManifestChunk record)
    {
        writer.Begin();
        writer.Text(1, record.UploadId);
        writer.Number(2, record.Chunk);
        writer.Number(3, record.Offset);
        var start = writer.BeginMessage(4);
        var last = 0;
        foreach (var part in record.Parts)
        {
            writer.VarInt((ulong)(part.PartNumber - last));
            writer.VarInt((ulong)part.Size);
            last = part.PartNumber;
        }

        writer.EndMessage(start);
        return writer.Written;
    }

    public static ManifestChunk Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = RecordReader.Open(bytes);
        var (id, chunk, offset) = ("", 0, 0L);
        var parts = ImmutableArray.CreateBuilder<ManifestPart>();
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: id = reader.Text(); break;
                case 2: chunk = reader.Int32(); break;
                case 3: offset = reader.Number(); break;
                case 4: ReadParts(reader.Message(), parts); break;
            }
        }

        return new ManifestChunk(id, chunk, offset, parts.DrainToImmutable());
    }

    private static void ReadParts(RecordReader packed, ImmutableArray<ManifestPart>.Builder parts)
    {
        var number = 0;
        while (!packed.AtEnd)
        {
            var (step, size) = (packed.VarInt(), packed.VarInt());
            if (step > int.MaxValue || size > long.MaxValue)
            {
                throw RecordReader.Damaged();
            }

            number += (int)step;
            parts.Add(new ManifestPart(number, (long)size));
        }
    }
}
