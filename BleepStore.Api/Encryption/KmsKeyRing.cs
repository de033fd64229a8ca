using System.Collections.Immutable;

namespace BleepStore.Api.Encryption;

/// <summary>A named key of <c>encryption.kms.keys</c>.</summary>
internal sealed class KmsKey(string id, byte[] material)
{
    public const int SizeBytes = 32;

    /// <summary>As configured: an id, an alias or an ARN.</summary>
    public string Id { get; } = id;

    /// <summary>32 bytes. A secret.</summary>
    public ReadOnlySpan<byte> Material => material;

    public override string ToString() => $"KMS key {Id}";
}

/// <summary>The configured keys of SSE-KMS, found by id, alias or ARN.</summary>
internal sealed class KmsKeyRing(ImmutableArray<KmsKey> keys)
{
    public static readonly KmsKeyRing Empty = new([]);

    /// <summary>The key of requests that name none; null when there are no keys.</summary>
    public KmsKey? Default => keys.IsEmpty ? null : keys[0];

    public ImmutableArray<KmsKey> Keys => keys;

    /// <summary>The key of that name, or null. An ARN names a key by what follows its account: <c>key/id</c> or <c>alias/name</c>.</summary>
    public KmsKey? Find(string name)
    {
        foreach (var key in keys)
        {
            if (key.Id == name || ResourceOf(key.Id) == ResourceOf(name))
            {
                return key;
            }
        }

        return null;
    }

    /// <summary>True for what can be the name of a key at all.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= 2048 && text.All(c => c is > ' ' and <= '~');

    // arn:partition:kms:region:account:key/id
    private static string ResourceOf(string name)
    {
        const string keyPrefix = "key/";
        var parts = name.Split(':', 6);
        var resource = parts is ["arn", _, "kms", _, _, var last] ? last : name;
        return resource.StartsWith(keyPrefix, StringComparison.Ordinal) ? resource[keyPrefix.Length..] : resource;
    }
}
