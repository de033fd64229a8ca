using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.RecordEncoding;

/// <summary>The bytes of a <see cref="LifecyclePlace"/>.</summary>
internal static class LifecyclePlaceEncoding
{
    public static ReadOnlySpan<byte> Encode(RecordWriter writer, LifecyclePlace place)
    {
        writer.Begin();
        writer.Text(1, place.Bucket);
        writer.Number(2, place.BucketId);
        writer.Text(3, place.RulesDigest);
        writer.Flag(4, place.IsAmongUploads);
        writer.Text(5, place.Key);
        return writer.Written;
    }

    public static LifecyclePlace Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = RecordReader.Open(bytes);
        var (bucket, bucketId, digest, isAmongUploads, key) = ("", 0L, "", false, "");
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: bucket = reader.Text(); break;
                case 2: bucketId = reader.Number(); break;
                case 3: digest = reader.Text(); break;
                case 4: isAmongUploads = reader.Flag(); break;
                case 5: key = reader.Text(); break;
            }
        }

        return new LifecyclePlace(bucket, bucketId, digest, isAmongUploads, key);
    }
}
