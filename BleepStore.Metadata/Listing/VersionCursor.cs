using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Listing;

/// <summary>
/// Walks all versions and delete markers of a bucket, by key and newest first, over the two tables that hold them: a current object is always
/// newer than the versions of its key beside it.
/// </summary>
internal sealed class VersionCursor(IKeyCursor<ObjectRecord> objects, IKeyCursor<ObjectRecord> versions) : IKeyCursor<ListedVersion>
{
    private bool _hasObject;
    private bool _hasVersion;
    private bool _isObject;
    private bool _isLatest;

    public string Key => _isObject ? objects.Key : versions.Key;

    public ListedVersion Current => new(_isObject ? objects.Current : versions.Current, _isLatest);

    public bool Seek(KeyBound bound)
    {
        if (bound.IsWithinKey)
        {
            return SeekWithin(bound);
        }

        _hasObject = objects.Seek(bound);
        _hasVersion = versions.Seek(bound);
        return Choose(keyBefore: null);
    }

    public bool MoveNext()
    {
        var before = Key;
        if (_isObject)
        {
            _hasObject = objects.MoveNext();
        }
        else
        {
            _hasVersion = versions.MoveNext();
        }

        return Choose(before);
    }

    private bool SeekWithin(KeyBound bound)
    {
        var hasNewer = false;
        _hasObject = objects.Seek(KeyBound.At(bound.Key));
        if (_hasObject && objects.Key == bound.Key && objects.Current.Order >= bound.BelowOrder)
        {
            hasNewer = true;
            _hasObject = objects.MoveNext();
        }

        // What ended the page before may be gone by now: then the next one is the latest.
        hasNewer = hasNewer
            || (versions.Seek(KeyBound.At(bound.Key)) && versions.Key == bound.Key && versions.Current.Order >= bound.BelowOrder);
        _hasVersion = versions.Seek(bound);
        return Choose(hasNewer ? bound.Key : null);
    }

    private bool Choose(string? keyBefore)
    {
        if (!_hasObject && !_hasVersion)
        {
            return false;
        }

        _isObject = _hasObject && (!_hasVersion || KeyOrder.Compare(objects.Key, versions.Key) <= 0);
        _isLatest = Key != keyBefore;
        return true;
    }
}
