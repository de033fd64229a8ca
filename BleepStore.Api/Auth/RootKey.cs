using System.Security.Cryptography;
using System.Text;

namespace BleepStore.Api.Auth;

/// <summary>Tells the operator in one sentence why the root key, or something wrapped by it, cannot be used.</summary>
internal sealed class RootKeyException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>
/// The 32 bytes that wrap every secret and data key at rest, with AES-256-GCM. Its own bytes leave this object only for its file, see
/// <see cref="RootKeyFile"/>. Safe for concurrent use.
/// </summary>
internal sealed class RootKey
{
    public const int SizeBytes = 32;
    private const byte Version = 1;
    private const int IdSize = 4;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int HeaderSize = 1 + IdSize;

    private readonly byte[] _key;
    private readonly byte[] _id;

    private RootKey(byte[] key)
    {
        _key = key;
        _id = SHA256.HashData(key)[..IdSize];
    }

    /// <summary>Tells root keys apart without giving anything away: eight hex digits of the key's hash.</summary>
    public string Id => Convert.ToHexStringLower(_id);

    /// <summary>A fresh key from the system's random source.</summary>
    public static RootKey Generate() => new(RandomNumberGenerator.GetBytes(SizeBytes));

    /// <summary>Reads 64 hex digits, with nothing around them but white space.</summary>
    /// <param name="text">The digits.</param>
    /// <param name="source">Where they come from, for the message.</param>
    /// <exception cref="RootKeyException">It is something else; the message does not repeat it.</exception>
    public static RootKey Parse(string text, string source)
    {
        var digits = text.AsSpan().Trim();
        var key = new byte[SizeBytes];
        if (digits.Length != 2 * SizeBytes || Convert.FromHexString(digits, key, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            throw new RootKeyException(
                $"The root key in {source} must be {2 * SizeBytes} hex digits; it has {digits.Length} characters or others among them.");
        }

        return new RootKey(key);
    }

    /// <summary>The form of the file and of the environment variable. A secret.</summary>
    public string ToHex() => Convert.ToHexStringLower(_key);

    /// <summary>Encrypts a secret so that only <see cref="Unwrap"/> with the same key and context reads it.</summary>
    /// <param name="secret">What to keep secret.</param>
    /// <param name="context">What it is for, e.g. <c>credential/AKID</c>: not stored, and needed again to unwrap.</param>
    public byte[] Wrap(ReadOnlySpan<byte> secret, string context)
    {
        var wrapped = new byte[HeaderSize + NonceSize + secret.Length + TagSize];
        wrapped[0] = Version;
        _id.CopyTo(wrapped, 1);
        var nonce = wrapped.AsSpan(HeaderSize, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagSize);
        var encrypted = wrapped.AsSpan(HeaderSize + NonceSize, secret.Length);
        aes.Encrypt(nonce, secret, encrypted, tag: wrapped.AsSpan(wrapped.Length - TagSize), AssociatedData(wrapped, context));
        return wrapped;
    }

    /// <summary>The secret that <see cref="Wrap"/> encrypted.</summary>
    /// <exception cref="RootKeyException">Another root key wrapped it, it is damaged, or it belongs to another context.</exception>
    public byte[] Unwrap(ReadOnlySpan<byte> wrapped, string context)
    {
        if (wrapped.Length < HeaderSize + NonceSize + TagSize || wrapped[0] != Version)
        {
            throw new RootKeyException($"What is stored for {context} was not wrapped by a root key of this version.");
        }

        if (!wrapped[1..HeaderSize].SequenceEqual(_id))
        {
            var other = Convert.ToHexStringLower(wrapped[1..HeaderSize]);
            throw new RootKeyException($"What is stored for {context} was wrapped by root key {other}, but the root key in use is {Id}.");
        }

        var secret = new byte[wrapped.Length - HeaderSize - NonceSize - TagSize];
        try
        {
            using var aes = new AesGcm(_key, TagSize);
            var nonce = wrapped.Slice(HeaderSize, NonceSize);
            var encrypted = wrapped[(HeaderSize + NonceSize)..^TagSize];
            aes.Decrypt(nonce, encrypted, tag: wrapped[^TagSize..], secret, AssociatedData(wrapped, context));
            return secret;
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new RootKeyException($"What is stored for {context} was changed since it was wrapped, or belongs to something else.", e);
        }
    }

    public override string ToString() => $"root key {Id}";

    private static byte[] AssociatedData(ReadOnlySpan<byte> wrapped, string context)
        => [.. wrapped[..HeaderSize], .. Encoding.UTF8.GetBytes(context)];
}
