using System.Globalization;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Memory;

/// <summary>Key of a row below a bucket: object, version or open upload. As a probe it can also stand for a bound between rows.</summary>
/// <param name="BucketId">The bucket.</param>
/// <param name="Key">The object key.</param>
/// <param name="UploadId">The upload; the place of a version; empty for objects.</param>
/// <param name="Bound">Where a probe stands; rows are at their key.</param>
internal readonly record struct RowKey(long BucketId, string Key, string UploadId = "", KeyBoundKind Bound = KeyBoundKind.At)
{
    /// <summary>Key of a version's row: newer ones come first.</summary>
    public static RowKey OfVersion(long bucketId, string key, long order)
        => new(bucketId, key, (long.MaxValue - order).ToString("x16", CultureInfo.InvariantCulture));
}

/// <summary>Order of rows below buckets: bucket, UTF-8 bytes of the key, upload id.</summary>
internal sealed class RowKeyOrder : IComparer<RowKey>
{
    public static readonly RowKeyOrder Instance = new();

    public int Compare(RowKey x, RowKey y)
    {
        if (x.BucketId != y.BucketId)
        {
            return x.BucketId.CompareTo(y.BucketId);
        }

        if (x.Bound == KeyBoundKind.PastPrefix && y.Key.StartsWith(x.Key, StringComparison.Ordinal))
        {
            return y.Bound == KeyBoundKind.PastPrefix && y.Key.Length == x.Key.Length ? 0 : 1;
        }

        if (y.Bound == KeyBoundKind.PastPrefix && x.Key.StartsWith(y.Key, StringComparison.Ordinal))
        {
            return -1;
        }

        var keys = KeyOrder.Compare(x.Key, y.Key);
        if (keys != 0 || x.Bound != y.Bound)
        {
            return keys != 0 ? keys : x.Bound.CompareTo(y.Bound);
        }

        return KeyOrder.Compare(x.UploadId, y.UploadId);
    }
}

/// <summary>Order of rows whose key is a text and a number.</summary>
internal sealed class TextNumberOrder : IComparer<(string Text, int Number)>
{
    public static readonly TextNumberOrder Instance = new();

    public int Compare((string Text, int Number) x, (string Text, int Number) y)
    {
        var texts = KeyOrder.Compare(x.Text, y.Text);
        return texts != 0 ? texts : x.Number.CompareTo(y.Number);
    }
}

/// <summary>Order of identities: account, kind, name.</summary>
internal sealed class IdentityOrder : IComparer<(string Account, IdentityKind Kind, string Name)>
{
    public static readonly IdentityOrder Instance = new();

    public int Compare((string Account, IdentityKind Kind, string Name) x, (string Account, IdentityKind Kind, string Name) y)
    {
        var accounts = KeyOrder.Compare(x.Account, y.Account);
        return accounts != 0 ? accounts : x.Kind != y.Kind ? x.Kind.CompareTo(y.Kind) : KeyOrder.Compare(x.Name, y.Name);
    }
}

/// <summary>Order of rows whose key is a time and a text: what is forgotten first.</summary>
internal sealed class NumberTextOrder : IComparer<(long Number, string Text)>
{
    public static readonly NumberTextOrder Instance = new();

    public int Compare((long Number, string Text) x, (long Number, string Text) y)
    {
        var numbers = x.Number.CompareTo(y.Number);
        return numbers != 0 ? numbers : KeyOrder.Compare(x.Text, y.Text);
    }
}

/// <summary>Walks rows of one bucket in a snapshot of a map.</summary>
internal sealed class MapCursor<TRecord>(OrderedMap<RowKey, TRecord> map, long bucketId) : IKeyCursor<TRecord>
{
    private int _index;

    public string Key => map[_index].Key.Key;

    public TRecord Current => map[_index].Value;

    public bool Seek(KeyBound bound)
    {
        var probe = new RowKey(bucketId, bound.Key, bound.UploadId, bound.Kind);
        _index = map.IndexAtOrAfter(probe);
        if (bound.UploadId.Length > 0 && _index < map.Count && map[_index].Key == probe)
        {
            _index++;
        }

        return InBucket;
    }

    public bool MoveNext()
    {
        _index++;
        return InBucket;
    }

    private bool InBucket => _index < map.Count && map[_index].Key.BucketId == bucketId;
}

/// <summary>Walks the versions and delete markers of one bucket in a snapshot of their map.</summary>
internal sealed class MapVersionCursor(OrderedMap<RowKey, ObjectRecord> map, long bucketId) : IKeyCursor<ObjectRecord>
{
    private readonly MapCursor<ObjectRecord> _rows = new(map, bucketId);

    public string Key => _rows.Key;

    public ObjectRecord Current => _rows.Current;

    public bool Seek(KeyBound bound)
        => _rows.Seek(bound.IsWithinKey
            ? new KeyBound(KeyBoundKind.At, bound.Key, RowKey.OfVersion(bucketId, bound.Key, bound.BelowOrder).UploadId)
            : bound);

    public bool MoveNext() => _rows.MoveNext();
}
