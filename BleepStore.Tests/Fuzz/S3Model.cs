using System.Text;

namespace BleepStore.Tests.Fuzz;

/// <summary>What S3 holds, as the fuzzer believes: plain collections that no code of the server had a part in.</summary>
internal sealed class S3Model
{
    public SortedDictionary<string, ModelBucket> Buckets { get; } = new(StringComparer.Ordinal);
}

/// <summary>A bucket of the model.</summary>
internal sealed class ModelBucket(string name, string owner)
{
    public string Name { get; } = name;

    /// <summary>Account id of the owner.</summary>
    public string Owner { get; } = owner;

    /// <summary>The canned list it has.</summary>
    public string Acl { get; set; } = "private";

    /// <summary>Empty, Enabled or Suspended.</summary>
    public string Versioning { get; set; } = "";

    /// <summary>Versions of each key, newest first; a key without versions is not there.</summary>
    public SortedDictionary<string, List<ModelVersion>> Keys { get; } = new(Utf8Comparer.Instance);

    public Dictionary<string, ModelUpload> Uploads { get; } = new(StringComparer.Ordinal);

    public ModelVersion? Current(string key) => Keys.TryGetValue(key, out var versions) && !versions[0].IsMarker ? versions[0] : null;

    public ModelVersion? Version(string key, string id) => Keys.TryGetValue(key, out var versions) ? versions.Find(version => version.Id == id) : null;

    /// <summary>The versions of a key whose ids the server has told.</summary>
    public IReadOnlyList<ModelVersion> Told(string key) => Keys.TryGetValue(key, out var versions) ? versions.FindAll(version => !version.IsUntold) : [];

    /// <summary>Makes it the newest version; one of the same id, which only null can be, gives way.</summary>
    public void Add(string key, ModelVersion version)
    {
        if (!Keys.TryGetValue(key, out var versions))
        {
            Keys[key] = versions = [];
        }

        versions.RemoveAll(old => old.Id == version.Id);
        versions.Insert(0, version);
    }

    public void Remove(string key, string id)
    {
        if (Keys.TryGetValue(key, out var versions) && versions.RemoveAll(version => version.Id == id) > 0 && versions.Count == 0)
        {
            Keys.Remove(key);
        }
    }
}

/// <summary>A version of an object, or a delete marker.</summary>
/// <param name="Id">Its version id; null for what was put without versions.</param>
/// <param name="Owner">Account id of who put it.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="ETag">Without quotes.</param>
internal sealed record ModelVersion(string Id, string Owner, byte[] Content, string ETag)
{
    public const string Null = "null";

    /// <summary>True while its id is not known: a quiet batch does not tell the ids of its markers.</summary>
    public bool IsUntold => Id.StartsWith('?');

    public bool IsMarker { get; init; }

    public bool IsPublic { get; init; }

    public string ContentType { get; init; } = "binary/octet-stream";

    public string? Colour { get; init; }

    public SortedDictionary<string, string> Tags { get; init; } = new(StringComparer.Ordinal);
}

/// <summary>An open upload.</summary>
internal sealed class ModelUpload(string id, string key, string owner)
{
    public string Id { get; } = id;

    public string Key { get; } = key;

    public string Owner { get; } = owner;

    public SortedDictionary<int, byte[]> Parts { get; } = [];
}

/// <summary>The order of S3's listings.</summary>
internal sealed class Utf8Comparer : IComparer<string>
{
    public static readonly Utf8Comparer Instance = new();

    public int Compare(string? x, string? y) => Encoding.UTF8.GetBytes(x ?? "").AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y ?? ""));
}
