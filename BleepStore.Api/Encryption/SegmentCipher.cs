using System.Buffers.Binary;
using System.Security.Cryptography;

namespace BleepStore.Api.Encryption;

/// <summary>
/// Encrypts the frames of one segment with AES-256-GCM under a key that no other segment has. The nonce is the frame's number and whether it is
/// the last, so that a frame is only itself in its own place, and the bytes cannot end early. One thread at a time.
/// </summary>
internal sealed class SegmentCipher : IDisposable
{
    private const int NonceBytes = 12;

    private readonly AesGcm _aes;

    /// <summary>Takes over a key of 32 bytes.</summary>
    public SegmentCipher(ReadOnlySpan<byte> key) => _aes = new AesGcm(key, SealedLayout.TagBytes);

    /// <summary>Encrypts one frame; <paramref name="sealedFrame"/> is longer by the tag.</summary>
    public void Seal(long number, bool isLast, ReadOnlySpan<byte> plain, Span<byte> sealedFrame)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        WriteNonce(nonce, number, isLast);
        _aes.Encrypt(nonce, plain, sealedFrame[..plain.Length], sealedFrame[plain.Length..]);
    }

    /// <summary>Decrypts one frame; false when it is not what was encrypted there, and then nothing of it is in <paramref name="plain"/>.</summary>
    /// <param name="plain">Shorter by the tag; may be the same memory.</param>
    public bool TryOpen(long number, bool isLast, ReadOnlySpan<byte> sealedFrame, Span<byte> plain)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        WriteNonce(nonce, number, isLast);
        try
        {
            _aes.Decrypt(nonce, sealedFrame[..^SealedLayout.TagBytes], sealedFrame[^SealedLayout.TagBytes..], plain);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            CryptographicOperations.ZeroMemory(plain);
            return false;
        }
    }

    public void Dispose() => _aes.Dispose();

    private static void WriteNonce(Span<byte> nonce, long number, bool isLast)
    {
        BinaryPrimitives.WriteInt64BigEndian(nonce, number);
        BinaryPrimitives.WriteInt32BigEndian(nonce[sizeof(long)..], isLast ? 1 : 0);
    }
}
