using BleepStore.Api.Encryption;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Encryption;

/// <summary>Wrapped data keys: one key opens one, for one purpose, or it is an error.</summary>
public sealed class KeyEnvelopeTests
{
    private static readonly byte[] Purpose = KeyEnvelope.PurposeOf(EncryptionMode.SseKms, "alias/a", "e30=");

    [Fact]
    public void A_wrapped_key_opens_with_its_key_and_purpose_alone()
    {
        var (wrapping, data) = (EncryptionParts.Key(1), EncryptionParts.Key(2));
        var wrapped = KeyEnvelope.Wrap(wrapping, data, Purpose);
        wrapped.Length.ShouldBe(112);
        KeyEnvelope.TryUnwrap(wrapping, wrapped, Purpose).ShouldBe(data);
        KeyEnvelope.TryUnwrap(EncryptionParts.Key(3), wrapped, Purpose).ShouldBeNull();
        foreach (var other in new[]
        {
            KeyEnvelope.PurposeOf(EncryptionMode.SseS3, "alias/a", "e30="), KeyEnvelope.PurposeOf(EncryptionMode.SseKms, "alias/b", "e30="),
            KeyEnvelope.PurposeOf(EncryptionMode.SseKms, "alias/a", null), KeyEnvelope.PurposeOf(EncryptionMode.SseKms, "alias/a", "e30"),
        })
        {
            KeyEnvelope.TryUnwrap(wrapping, wrapped, other).ShouldBeNull();
        }

        KeyEnvelope.Wrap(wrapping, data, Purpose).ShouldNotBe(wrapped, "the same key is wrapped anew each time");
    }

    [Fact]
    public void A_changed_byte_anywhere_never_gives_another_key()
    {
        var (wrapping, data) = (EncryptionParts.Key(1), EncryptionParts.Key(2));
        var wrapped = KeyEnvelope.Wrap(wrapping, data, Purpose);
        for (var at = 0; at < wrapped.Length; at++)
        {
            var changed = wrapped.ToArray();
            changed[at] ^= 0x80;
            byte[]? opened = null;
            try
            {
                opened = KeyEnvelope.TryUnwrap(wrapping, changed, Purpose);
            }
            catch (InvalidDataException)
            {
                at.ShouldBeGreaterThanOrEqualTo(64, "salt and commitment say that it is another key");
            }

            opened.ShouldBeNull();
        }

        Should.Throw<InvalidDataException>(() => KeyEnvelope.TryUnwrap(wrapping, wrapped.AsSpan(1), Purpose));
    }

    [Fact]
    public void The_format_is_pinned_by_bytes_that_another_implementation_made()
    {
        // HKDF-SHA256 and AES-256-GCM of the Python package cryptography: wrapping key 64..83, salt 00..1f, data key c8..e7.
        const string wrapped = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f74844d896dec304651001417c76778f7a8e7f5fdb52a49ea37e7ae4f5f0be8e58114b839238805876a0ef90e3c8de89ccefc572280d4f7201ea4406836c41ffa239b997dea5887d852e1eb7889042e60";
        var wrapping = Enumerable.Range(100, 32).Select(value => (byte)value).ToArray();
        KeyEnvelope.TryUnwrap(wrapping, Convert.FromHexString(wrapped), Purpose).ShouldBe(Enumerable.Range(200, 32).Select(value => (byte)value));
    }
}
