using System.Security.Cryptography;
using BleepStore.Api.Encryption;

namespace BleepStore.Tests.Encryption;

/// <summary>Keys of tests, and the headers that bring them.</summary>
internal static class EncryptionParts
{
    public const string FirstKmsKey = "testkey-1";
    public const string SecondKmsKey = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    /// <summary>What test hosts are configured with.</summary>
    public static readonly EncryptionSettings Settings = new(
        new KmsKeyRing([new KmsKey(FirstKmsKey, Key(100)), new KmsKey(SecondKmsKey, Key(101))]),
        EncryptsByDefault: false,
        AllowsCustomerKeysOverHttp: true);

    /// <summary>A key that repeats with the seed.</summary>
    public static byte[] Key(byte seed) => SHA256.HashData([seed]);

    /// <summary>The three headers of a customer's key.</summary>
    public static (string Name, string Value)[] Customer(byte seed, string prefix = "x-amz-") =>
    [
        (prefix + "server-side-encryption-customer-algorithm", "AES256"),
        (prefix + "server-side-encryption-customer-key", Convert.ToBase64String(Key(seed))),
        (prefix + "server-side-encryption-customer-key-MD5", Md5Of(seed)),
    ];

    /// <summary>The three headers of the key of a copy's source.</summary>
    public static (string Name, string Value)[] Source(byte seed) => Customer(seed, "x-amz-copy-source-");

    public static string Md5Of(byte seed) => Convert.ToBase64String(MD5.HashData(Key(seed)));
}
