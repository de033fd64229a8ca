namespace BleepStore.Api.Encryption;

/// <summary>What the configuration says of encryption.</summary>
/// <param name="KmsKeys">The keys of SSE-KMS.</param>
/// <param name="EncryptsByDefault">True to encrypt what neither request nor bucket says anything about, as AWS does.</param>
/// <param name="AllowsCustomerKeysOverHttp">True to take keys of customers over connections that are not encrypted.</param>
internal sealed record EncryptionSettings(KmsKeyRing KmsKeys, bool EncryptsByDefault, bool AllowsCustomerKeysOverHttp)
{
    /// <summary>Those of a store whose configuration says nothing.</summary>
    public static readonly EncryptionSettings Default = new(KmsKeyRing.Empty, EncryptsByDefault: false, AllowsCustomerKeysOverHttp: false);
}
