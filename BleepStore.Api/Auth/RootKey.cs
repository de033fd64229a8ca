using System.Security.Cryptography;
using System.Text;

namespace BleepStore.Api.Auth;

/// <summary>Tells the operator in one sentence why the root key, or something wrapped by it, cannot be used.</summary>
internal sealed class RootKeyException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>
/// The 32 bytes that wrap every secret and data key at rest, with AES-256-GCM, and those that did before them, which still open what they wrapped.
/// Their own bytes leave this object only for their files, see <see cref="RootKeyFile"/>. Safe for concurrent use.
/// </summary>
internal sealed class RootKey
{
    public const int SizeBytes = 32;
    private const byte Version = 1;
    private const int IdSize = 4;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int HeaderSize = 1 + IdSize;

    // The first wraps; all of them unwrap.
    private volatile Material[] _keys;

    private RootKey(byte[] key)
    {
        _keys = [new Material(key, SHA256.HashData(key)[..IdSize])];
    }

    /// <summary>Tells root keys apart without giving anything away: eight hex digits of the key's hash.</summary>
    public string Id => Convert.ToHexStringLower(_keys[0].Id);

    /// <summary>Ids of the keys that open what they wrapped and wrap no more.</summary>
    public IEnumerable<string> FormerIds => _keys.Skip(1).Select(key => Convert.ToHexStringLower(key.Id));

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
    public string ToHex() => Convert.ToHexStringLower(_keys[0].Key);

    /// <summary>Wraps with another key from now on; the ones before still open what they wrapped.</summary>
    public void Succeed(RootKey next) => _keys = [next._keys[0], .. _keys.Where(key => !key.Id.SequenceEqual(next._keys[0].Id))];

    /// <summary>Opens what another key wrapped as well, and goes on wrapping with this one.</summary>
    public void Remember(RootKey former) => _keys = [.. _keys, .. former._keys.Where(key => !_keys.Any(known => known.Id.SequenceEqual(key.Id)))];

    /// <summary>True when something is wrapped by the key that wraps now.</summary>
    public bool IsWrappedByIt(ReadOnlySpan<byte> wrapped) => wrapped.Length >= HeaderSize && wrapped[1..HeaderSize].SequenceEqual(_keys[0].Id);

    /// <summary>Encrypts a secret so that only <see cref="Unwrap"/> with the same key and context reads it.</summary>
    /// <param name="secret">What to keep secret.</param>
    /// <param name="context">What it is for, e.g. <c>credential/AKID</c>: not stored, and needed again to unwrap.</param>
    public byte[] Wrap(ReadOnlySpan<byte> secret, string context)
    {
        var (key, id) = _keys[0];
        var wrapped = new byte[HeaderSize + NonceSize + secret.Length + TagSize];
        wrapped[0] = Version;
        id.CopyTo(wrapped, 1);
        var nonce = wrapped.AsSpan(HeaderSize, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagSize);
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

        var key = FindKey(wrapped[1..HeaderSize]);
        if (key is null)
        {
            var other = Convert.ToHexStringLower(wrapped[1..HeaderSize]);
            throw new RootKeyException($"What is stored for {context} was wrapped by root key {other}, but the root key in use is {Id}.");
        }

        var secret = new byte[wrapped.Length - HeaderSize - NonceSize - TagSize];
        try
        {
            using var aes = new AesGcm(key, TagSize);
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

    private byte[]? FindKey(ReadOnlySpan<byte> id)
    {
        foreach (var (key, known) in _keys)
        {
            if (id.SequenceEqual(known))
            {
                return key;
            }
        }

        return null;
    }

    private static byte[] AssociatedData(ReadOnlySpan<byte> wrapped, string context)
        => [.. wrapped[..HeaderSize], .. Encoding.UTF8.GetBytes(context)];

    private readonly record struct Material(byte[] Key, byte[] Id)
    {
        public override string ToString() => "root key";
    }
}
