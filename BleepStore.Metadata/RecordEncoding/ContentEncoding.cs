using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>The bytes of what objects and uploads share: content headers, name-value pairs and checksums.</summary>
internal static class ContentEncoding
{
    /// <summary>What a record without the field has.</summary>
    public static readonly ContentHeaders NoHeaders = new();

    private static readonly RecentValues<ContentHeaders> Recent = new(ReadHeadersMessage);

    public static void WriteHeaders(RecordWriter writer, int field, ContentHeaders headers)
    {
        if (headers == NoHeaders)
        {
            return;
        }

        var start = writer.BeginMessage(field);
        writer.OptionalText(1, headers.ContentType);
        writer.OptionalText(2, headers.ContentEncoding);
        writer.OptionalText(3, headers.ContentLanguage);
        writer.OptionalText(4, headers.ContentDisposition);
        writer.OptionalText(5, headers.CacheControl);
        writer.OptionalText(6, headers.Expires);
        writer.EndMessage(start);
    }

    /// <summary>The headers that the current field of a record holds.</summary>
    public static ContentHeaders ReadHeaders(RecordReader record) => Recent.Of(record);

    private static ContentHeaders ReadHeadersMessage(RecordReader reader)
    {
        string? type = null, encoding = null, language = null, disposition = null, cacheControl = null, expires = null;
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: type = Names.Of(reader.Bytes()); break;
                case 2: encoding = reader.Text(); break;
                case 3: language = reader.Text(); break;
                case 4: disposition = reader.Text(); break;
                case 5: cacheControl = reader.Text(); break;
                case 6: expires = reader.Text(); break;
            }
        }

        return new ContentHeaders(type, encoding, language, disposition, cacheControl, expires);
    }

    public static void WritePairs(RecordWriter writer, int field, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        foreach (var (name, value) in pairs)
        {
            var start = writer.BeginMessage(field);
            writer.Text(1, name);
            writer.Text(2, value);
            writer.EndMessage(start);
        }
    }

    public static KeyValuePair<string, string> ReadPair(RecordReader reader)
    {
        var (name, value) = ("", "");
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: name = reader.Text(); break;
                case 2: value = reader.Text(); break;
            }
        }

        return new KeyValuePair<string, string>(name, value);
    }

    public static void WriteChecksum(RecordWriter writer, int field, ChecksumRecord? checksum)
    {
        if (checksum is not null)
        {
            var start = writer.BeginMessage(field);
            writer.Number(1, checksum.Algorithm);
            writer.Number(2, checksum.Type);
            writer.Bytes(3, checksum.Value.Span);
            writer.EndMessage(start);
        }
    }

    public static ChecksumRecord ReadChecksum(RecordReader reader)
    {
        var (algorithm, type, value) = (0, 0, Array.Empty<byte>());
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: algorithm = reader.Int32(); break;
                case 2: type = reader.Int32(); break;
                case 3: value = reader.Bytes().ToArray(); break;
            }
        }

        return new ChecksumRecord(algorithm, type, value);
    }

    public static void WriteLock(RecordWriter writer, int field, ObjectLock locked)
    {
        if (locked != ObjectLock.None)
        {
            var start = writer.BeginMessage(field);
            writer.Number(1, (int)locked.Mode);
            writer.Time(2, locked.RetainUntil);
            writer.Number(3, (int)locked.LegalHold);
            writer.EndMessage(start);
        }
    }

    public static ObjectLock ReadLock(RecordReader reader)
    {
        var (mode, until, hold) = (RetentionMode.None, default(DateTimeOffset), LegalHold.Unset);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: mode = (RetentionMode)reader.Int32(); break;
                case 2: until = reader.Time(); break;
                case 3: hold = (LegalHold)reader.Int32(); break;
            }
        }

        return new ObjectLock(mode, until, hold);
    }

    /// <summary>Adds to an array that is built while a record is read.</summary>
    public static void Add<T>(ref ImmutableArray<T>.Builder? builder, T item) => (builder ??= ImmutableArray.CreateBuilder<T>(1)).Add(item);

    /// <summary>The array that was built; empty when nothing was added.</summary>
    public static ImmutableArray<T> Finish<T>(ImmutableArray<T>.Builder? builder) => builder?.DrainToImmutable() ?? [];
}
