namespace BleepStore.Metadata.Listing;

/// <summary>Where a cursor is placed: before all keys that the bound does not pass over.</summary>
/// <param name="Kind">How <paramref name="Key"/> is meant.</param>
/// <param name="Key">A key or a prefix.</param>
/// <param name="UploadId">
/// With <see cref="KeyBoundKind.At"/>: only rows of that very key with a later upload id, and later keys; empty for all.
/// </param>
/// <param name="BelowOrder">
/// With <see cref="KeyBoundKind.At"/>: only rows of that very key with a smaller order, and later keys; the largest for all.
/// </param>
internal readonly record struct KeyBound(KeyBoundKind Kind, string Key, string UploadId = "", long BelowOrder = long.MaxValue)
{
    /// <summary>True when the bound lies between the versions of one key.</summary>
    public bool IsWithinKey => BelowOrder != long.MaxValue;

    /// <summary>From a key on, itself included.</summary>
    public static KeyBound At(string key) => new(KeyBoundKind.At, key);

    /// <summary>From the version of a key on that is the first with a smaller order.</summary>
    public static KeyBound Below(string key, long order) => new(KeyBoundKind.At, key, BelowOrder: order);

    /// <summary>Past every row of a key.</summary>
    public static KeyBound After(string key) => new(KeyBoundKind.After, key);

    /// <summary>Past every key that starts with a prefix; the prefix is not empty.</summary>
    public static KeyBound PastPrefix(string prefix) => new(KeyBoundKind.PastPrefix, prefix);
}

/// <summary>How the key of a <see cref="KeyBound"/> is meant.</summary>
internal enum KeyBoundKind
{
    At,
    After,
    PastPrefix,
}

/// <summary>
/// Walks the rows of one bucket in order of their keys' UTF-8 bytes and can jump: what an engine gives to the one listing algorithm.
/// All moves
/// see the same state of the store.
/// </summary>
/// <typeparam name="TRecord">What a row holds.</typeparam>
internal interface IKeyCursor<out TRecord>
{
    /// <summary>Moves to the first row at or past the bound; false when there is none.</summary>
    bool Seek(KeyBound bound);

    /// <summary>Moves to the next row; false when there is none.</summary>
    bool MoveNext();

    /// <summary>Key of the current row.</summary>
    string Key { get; }

    /// <summary>The current row; made when it is asked for, so that rows that are passed over cost nothing.</summary>
    TRecord Current { get; }
}
