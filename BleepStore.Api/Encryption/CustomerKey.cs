namespace BleepStore.Api.Encryption;

/// <summary>A key that came with a request and goes with it: never stored, never logged.</summary>
/// <param name="key">32 bytes.</param>
/// <param name="md5">Base64 of its MD5, which answers repeat.</param>
internal sealed class CustomerKey(byte[] key, string md5)
{
    public const int SizeBytes = 32;

    public ReadOnlySpan<byte> Key => key;

    public string Md5 { get; } = md5;

    public override string ToString() => "customer key";
}
