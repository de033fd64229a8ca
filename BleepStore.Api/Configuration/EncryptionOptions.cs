using System.Collections.Immutable;
using BleepStore.Api.Encryption;

namespace BleepStore.Api.Configuration;

/// <summary>Whether objects are encrypted that neither their request nor their bucket says anything about.</summary>
internal enum DefaultEncryption
{
    None,
    SseS3,
}

/// <summary>Section <c>encryption</c>: the root key, and the encryption of objects at rest.</summary>
internal sealed record EncryptionOptions
{
    /// <summary>File with the root key; null for <c>root.key</c> beside the metadata.</summary>
    public required string? RootKeyFile { get; init; }

    /// <summary>What happens to bytes that nobody says anything about.</summary>
    public required DefaultEncryption Default { get; init; }

    /// <summary>True to take keys of customers over plain HTTP, where whoever listens learns them.</summary>
    public required bool AllowCustomerKeysOverHttp { get; init; }

    /// <summary>The keys of SSE-KMS; the first one is that of requests which name none.</summary>
    public required ImmutableArray<KmsKey> KmsKeys { get; init; }

    public static EncryptionOptions Read(SettingReader settings) => new()
    {
        RootKeyFile = settings.Read("encryption.root_key_file", null, SettingTypes.OptionalText),
        Default = settings.Read(
            "encryption.default", DefaultEncryption.None, SettingTypes.OneOf(("none", DefaultEncryption.None), ("sse-s3", DefaultEncryption.SseS3))),
        AllowCustomerKeysOverHttp = settings.Read("encryption.allow_customer_keys_over_http", false, SettingTypes.Flag),
        KmsKeys = [.. settings.Entries("encryption.kms.keys").Select(entry => ReadKey(settings, entry)).OfType<KmsKey>()],
    };

    /// <summary>What the S3 layer needs of it.</summary>
    public EncryptionSettings ToSettings() => new(new KmsKeyRing(KmsKeys), Default == DefaultEncryption.SseS3, AllowCustomerKeysOverHttp);

    private static KmsKey? ReadKey(SettingReader settings, string entry)
    {
        var id = settings.Read(entry + ".id", "", SettingTypes.TextWhere(KmsKeyRing.IsName, "a key id, alias or ARN of visible ASCII characters"));
        var material = settings.Read(
            entry + ".material", "", SettingTypes.TextWhere(text => FromBase64(text) is not null, "32 bytes in base64"), isSecret: true);
        foreach (var (name, value) in new[] { ("id", id), ("material", material) })
        {
            if (value.Length == 0 && !settings.Errors.Any(error => error.StartsWith($"{entry}.{name}", StringComparison.Ordinal)))
            {
                settings.Refuse($"{entry}.{name}", "must be set.");
            }
        }

        return id.Length > 0 && FromBase64(material) is { } key ? new KmsKey(id, key) : null;
    }

    private static byte[]? FromBase64(string text)
    {
        var bytes = new byte[KmsKey.SizeBytes];
        return Convert.TryFromBase64String(text, bytes, out var length) && length == bytes.Length ? bytes : null;
    }
}
