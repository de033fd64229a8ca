using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Encryption;

/// <summary>
/// Reads the headers of server-side encryption (or the fields of a form that are called the same), and refuses them in the order and words of S3:
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html
/// </summary>
internal static class EncryptionHeaders
{
    public const string Algorithm = "x-amz-server-side-encryption";
    public const string KmsKeyId = "x-amz-server-side-encryption-aws-kms-key-id";
    public const string Context = "x-amz-server-side-encryption-context";
    public const string BucketKeyEnabled = "x-amz-server-side-encryption-bucket-key-enabled";
    public const string CustomerAlgorithm = "x-amz-server-side-encryption-customer-algorithm";
    public const string CustomerKeyValue = "x-amz-server-side-encryption-customer-key";
    public const string CustomerKeyMd5 = "x-amz-server-side-encryption-customer-key-MD5";
    public const string SourceCustomerAlgorithm = "x-amz-copy-source-server-side-encryption-customer-algorithm";
    public const string SourceCustomerKey = "x-amz-copy-source-server-side-encryption-customer-key";
    public const string SourceCustomerKeyMd5 = "x-amz-copy-source-server-side-encryption-customer-key-MD5";

    public const string SseS3 = "AES256";
    public const string SseKms = "aws:kms";
    public const string SseKmsTwice = "aws:kms:dsse";

    /// <summary>Headers that bring a customer's key, for the API document.</summary>
    public static readonly ImmutableArray<string> OfCustomerKey = [CustomerAlgorithm, CustomerKeyValue, CustomerKeyMd5];

    /// <summary>Headers that bring the key of a copy's source, for the API document.</summary>
    public static readonly ImmutableArray<string> OfSource = [SourceCustomerAlgorithm, SourceCustomerKey, SourceCustomerKeyMd5];

    /// <summary>All headers by which a write says how its bytes are to be encrypted, for the API document.</summary>
    public static readonly ImmutableArray<string> OfWrite = [Algorithm, KmsKeyId, Context, BucketKeyEnabled, .. OfCustomerKey];

    /// <summary>What a write asks for; null when it says nothing.</summary>
    /// <param name="field">Value of a header or form field by its name; null when absent.</param>
    /// <param name="isSecure">True where a customer's key may be sent.</param>
    /// <exception cref="S3Exception">They contradict each other, or name what there is not.</exception>
    public static EncryptionRequest? Read(Func<string, string?> field, bool isSecure)
    {
        var algorithm = field(Algorithm);
        var isCustomers = field(CustomerAlgorithm) is not null || field(CustomerKeyValue) is not null || field(CustomerKeyMd5) is not null;
        if (isCustomers && algorithm is not null)
        {
            throw Refused("Server Side Encryption with Customer provided key is incompatible with the encryption method specified", Algorithm, algorithm);
        }

        var (keyId, context, bucketKey) = (field(KmsKeyId), field(Context), ReadFlag(field(BucketKeyEnabled)));
        if (algorithm is null or SseS3 && (keyId ?? context) is { } stray)
        {
            throw Refused(
                "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
                keyId is not null ? KmsKeyId : Context,
                stray);
        }

        return isCustomers ? new EncryptionRequest(EncryptionMode.SseC) { CustomerKey = ReadCustomerKey(field, isSecure) }
            : algorithm switch
            {
                null => null,
                SseS3 => new EncryptionRequest(EncryptionMode.SseS3),
                SseKms => new EncryptionRequest(EncryptionMode.SseKms)
                {
                    KeyId = CheckKeyId(keyId),
                    Context = CheckContext(context),
                    BucketKeyEnabled = bucketKey ?? false,
                    SaysBucketKey = bucketKey is not null,
                },
                SseKmsTwice => throw new S3Exception(S3Errors.NotImplemented.With("Header", Algorithm)),
                _ => throw Refused("The encryption method specified is not supported", Algorithm, algorithm),
            };
    }

    /// <summary>The customer's key of a request; null when it has none.</summary>
    /// <param name="field">Value of a header or form field by its name; null when absent.</param>
    /// <param name="isSecure">True where a customer's key may be sent.</param>
    /// <exception cref="S3Exception">One of the three headers is missing or wrong, or the connection is not encrypted.</exception>
    public static CustomerKey? ReadCustomerKey(Func<string, string?> field, bool isSecure)
        => Parse(field(CustomerAlgorithm), field(CustomerKeyValue), field(CustomerKeyMd5), isSecure);

    /// <summary>The key of a copy's source; null when the request has none.</summary>
    /// <exception cref="S3Exception">As for <see cref="ReadCustomerKey"/>.</exception>
    public static CustomerKey? ReadSourceKey(Func<string, string?> field, bool isSecure)
        => Parse(field(SourceCustomerAlgorithm), field(SourceCustomerKey), field(SourceCustomerKeyMd5), isSecure);

    /// <summary>Refuses headers that only a write of an object may have: the encryption of what is there cannot be chosen.</summary>
    /// <exception cref="S3Exception">InvalidArgument.</exception>
    public static void RefuseOnOthers(Func<string, string?> field)
    {
        foreach (var name in (ReadOnlySpan<string>)[Algorithm, KmsKeyId, Context, BucketKeyEnabled])
        {
            if (field(name) is { } value)
            {
                throw Refused($"{name} header is not supported for this operation.", name, value);
            }
        }
    }

    private static CustomerKey? Parse(string? algorithm, string? key, string? md5, bool isSecure)
    {
        const string requests = "Requests specifying Server Side Encryption with Customer provided keys must ";
        if ((algorithm ?? key ?? md5) is null)
        {
            return null;
        }

        if (!isSecure)
        {
            throw new S3Exception(S3Errors.InvalidRequest.Because(requests + "be made over a secure connection."));
        }

        if (algorithm is null)
        {
            throw Refused(requests + "provide a valid encryption algorithm.");
        }

        if (algorithm != SseS3)
        {
            throw new S3Exception(S3Errors.InvalidEncryptionAlgorithmError.With("ArgumentName", Algorithm).With("ArgumentValue", algorithm));
        }

        if (key is null)
        {
            throw Refused(requests + "provide an appropriate secret key.");
        }

        if (md5 is null)
        {
            throw Refused(requests + "provide the client calculated MD5 of the secret key.");
        }

        if (FromBase64(key) is not { } bytes)
        {
            throw Refused("The secret key was invalid for the specified algorithm.");
        }

        var digest = MD5.HashData(bytes);
        return FromBase64(md5) is not { } sent || !CryptographicOperations.FixedTimeEquals(digest, sent)
                ? throw Refused("The calculated MD5 hash of the key did not match the hash that was provided.")
            : bytes.Length != CustomerKey.SizeBytes ? throw Refused("The secret key was invalid for the specified algorithm.")
            : new CustomerKey(bytes, Convert.ToBase64String(digest));
    }

    private static bool? ReadFlag(string? text) => text switch
    {
        null => null,
        _ when text.Equals("true", StringComparison.OrdinalIgnoreCase) => true,
        _ when text.Equals("false", StringComparison.OrdinalIgnoreCase) => false,
        _ => throw Refused($"The value of {BucketKeyEnabled} must be true or false", BucketKeyEnabled, text),
    };

    private static string? CheckKeyId(string? id)
        => id is null || KmsKeyRing.IsName(id) ? id : throw new S3Exception(S3Errors.KMSNotFoundException.Because("Invalid keyId"));

    private static string? CheckContext(string? context)
    {
        if (context is null)
        {
            return null;
        }

        try
        {
            // A pair twice would be another context for another reader.
            var isMap = FromBase64(context) is { } json
                && JsonSerializer.Deserialize<Dictionary<string, string?>>(json, ContextOptions) is { } map && !map.ContainsValue(null);
            return isMap ? context : throw InvalidContext(context);
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException)
        {
            throw InvalidContext(context);
        }
    }

    private static readonly JsonSerializerOptions ContextOptions = new() { AllowDuplicateProperties = false };

    private static S3Exception InvalidContext(string context) => Refused(
        $"The header '{Context}' shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map", Context, context);

    // White space, which the decoder passes over, could not stand in an answer's header.
    private static byte[]? FromBase64(string text)
    {
        if (text.AsSpan().ContainsAny(" \t\r\n"))
        {
            return null;
        }

        var bytes = new byte[(text.Length * 3 / 4) + 3];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }

    // Never with the value that was sent where that may be a key.
    private static S3Exception Refused(string message, string name = Algorithm, string value = "null") => new(S3Errors.Argument(name, value, message));
}
