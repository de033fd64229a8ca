using BleepStore.Api.Configurations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Encryption;

/// <summary>
/// Decides for each operation how bytes are encrypted and by which key they are opened: from the headers, the bucket's default and the records.
/// Where nothing is said of encryption nothing is done and nothing is awaited.
/// </summary>
internal sealed class EncryptionRules(ObjectKeys keys, EncryptionSettings settings)
{
    private static readonly EncryptionRequest ByStoreKey = new(EncryptionMode.SseS3);

    /// <summary>How a new object or upload is to be encrypted, by headers or by the fields of a form; null for not at all.</summary>
    /// <exception cref="S3Exception">The request asks for what cannot be.</exception>
    public ValueTask<ObjectEncryption?> ForWriteAsync(S3Request request, CancellationToken cancellationToken)
        => Wanted(request) is { } wanted ? CreateAsync(wanted, cancellationToken) : ValueTask.FromResult<ObjectEncryption?>(null);

    /// <summary>
    /// How a copy is to be encrypted. As on AWS its source has no say in it, but for one thing: what was encrypted is not laid down in plain because
    /// nobody said anything.
    /// </summary>
    /// <exception cref="S3Exception">The request asks for what cannot be.</exception>
    public ValueTask<ObjectEncryption?> ForCopyAsync(S3Request request, ObjectRecord source, CancellationToken cancellationToken)
        => (Wanted(request) ?? (source.Encryption is null ? null : ByStoreKey)) is { } wanted
            ? CreateAsync(wanted, cancellationToken)
            : ValueTask.FromResult<ObjectEncryption?>(null);

    /// <summary>
    /// True when a copy onto its source may change how it is encrypted: the request or the bucket says anything of that, or the source has more than what it
    /// gets where nobody does. That the outcome is the same does not matter.
    /// </summary>
    public static bool MayDiffer(S3Request request, ObjectRecord source)
        => request.Header(EncryptionHeaders.Algorithm) is not null
            || request.Header(EncryptionHeaders.CustomerAlgorithm) is not null
            || source.Encryption is { Mode: not EncryptionMode.SseS3 }
            || EncryptionConfiguration.Document.Find(request.Bucket) is not null;

    /// <summary>How an object that is read is encrypted; null when it is plain.</summary>
    /// <exception cref="S3Exception">It needs a key that the request has not, or the request has one that it does not need.</exception>
    public ValueTask<ObjectEncryption?> ForReadAsync(S3Request request, ObjectRecord record, CancellationToken cancellationToken)
    {
        EncryptionHeaders.RefuseOnOthers(request.Header);
        return OpenAsync(record.Encryption, EncryptionHeaders.ReadCustomerKey(request.Header, IsSecure(request)), cancellationToken);
    }

    /// <summary>The key of a copy's source; null when it is plain.</summary>
    /// <exception cref="S3Exception">It needs a key that the request has not, or the request has one that it does not need.</exception>
    public ValueTask<ObjectEncryption?> ForSourceAsync(S3Request request, ObjectRecord source, CancellationToken cancellationToken)
        => OpenAsync(source.Encryption, EncryptionHeaders.ReadSourceKey(request.Header, IsSecure(request)), cancellationToken);

    /// <summary>How a part is to be encrypted, which is as its upload says; null for not at all.</summary>
    /// <exception cref="S3Exception">The request does not bring the key of the upload.</exception>
    public ValueTask<ObjectEncryption?> ForPartAsync(S3Request request, UploadRecord upload, CancellationToken cancellationToken)
    {
        EncryptionHeaders.RefuseOnOthers(request.Header);
        var customerKey = EncryptionHeaders.ReadCustomerKey(request.Header, IsSecure(request));
        return upload.Encryption is null && customerKey is null
            ? ValueTask.FromResult<ObjectEncryption?>(null)
            : OpenUploadAsync(upload.Encryption, customerKey, cancellationToken);
    }

    /// <summary>Checks the key of a request that completes an upload; it needs none.</summary>
    /// <exception cref="S3Exception">It brings one that is not the upload's.</exception>
    public async ValueTask CheckCompletionAsync(S3Request request, UploadRecord upload, CancellationToken cancellationToken)
    {
        EncryptionHeaders.RefuseOnOthers(request.Header);
        if (EncryptionHeaders.ReadCustomerKey(request.Header, IsSecure(request)) is { } customerKey)
        {
            await OpenUploadAsync(upload.Encryption, customerKey, cancellationToken);
        }
    }

    private bool IsSecure(S3Request request) => request.Incoming.IsTls || settings.AllowsCustomerKeysOverHttp;

    /// <summary>How what the server itself puts into a bucket is encrypted: as the bucket says; null for not at all.</summary>
    public ValueTask<ObjectEncryption?> ForBucketAsync(BucketRecord bucket, CancellationToken cancellationToken)
        => ByBucket(bucket) is { } wanted ? CreateAsync(wanted, cancellationToken) : ValueTask.FromResult<ObjectEncryption?>(null);

    private EncryptionRequest? ByBucket(BucketRecord bucket)
        => EncryptionConfiguration.Document.Find(bucket) is { } byDefault ? ByDefault(byDefault) : settings.EncryptsByDefault ? ByStoreKey : null;

    private EncryptionRequest? Wanted(S3Request request)
    {
        var said = EncryptionHeaders.Read(request.Header, IsSecure(request));
        var byDefault = EncryptionConfiguration.Document.Find(request.Bucket);
        return said switch
        {
            null => byDefault is not null ? ByDefault(byDefault) : settings.EncryptsByDefault ? ByStoreKey : null,
            { Mode: EncryptionMode.SseKms, SaysBucketKey: false } => said with { BucketKeyEnabled = byDefault?.BucketKeyEnabled ?? false },
            _ => said,
        };
    }

    private static EncryptionRequest ByDefault(EncryptionConfiguration configuration)
        => configuration.Algorithm == EncryptionConfiguration.Kms
            ? new EncryptionRequest(EncryptionMode.SseKms) { KeyId = configuration.KeyId, BucketKeyEnabled = configuration.BucketKeyEnabled ?? false }
            : ByStoreKey;

    private async ValueTask<ObjectEncryption?> CreateAsync(EncryptionRequest wanted, CancellationToken cancellationToken)
        => await keys.CreateAsync(wanted, cancellationToken);

    private ValueTask<ObjectEncryption?> OpenAsync(EncryptionRecord? record, CustomerKey? customerKey, CancellationToken cancellationToken)
        => (record, customerKey) switch
        {
            (null, null) => ValueTask.FromResult<ObjectEncryption?>(null),
            ({ Mode: EncryptionMode.SseC }, null) => throw new S3Exception(S3Errors.InvalidRequest.Because(
                "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.")),
            (null or { Mode: not EncryptionMode.SseC }, not null) => throw new S3Exception(S3Errors.InvalidRequest.Because(
                "The encryption parameters are not applicable to this object.")),
            _ => OpenAsync(record, customerKey, S3Errors.AccessDenied.Because(
                "Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key."), cancellationToken),
        };

    private ValueTask<ObjectEncryption?> OpenUploadAsync(EncryptionRecord? record, CustomerKey? customerKey, CancellationToken cancellationToken)
        => record?.Mode == EncryptionMode.SseC != customerKey is not null
            ? throw new S3Exception(S3Errors.InvalidRequest.Because(
                "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters."))
            : OpenAsync(record!, customerKey, S3Errors.InvalidRequest.Because(
                "The provided encryption parameters did not match the ones used originally."), cancellationToken);

    private async ValueTask<ObjectEncryption?> OpenAsync(
        EncryptionRecord record, CustomerKey? customerKey, S3Error wrongKey, CancellationToken cancellationToken)
        => await keys.TryOpenAsync(record, customerKey, cancellationToken) is { } key
            ? new ObjectEncryption(record, key, customerKey?.Md5)
            : throw new S3Exception(wrongKey);
}

/// <summary>The headers by which answers say how bytes are encrypted.</summary>
internal static class EncryptionAnswer
{
    /// <summary>Adds what every answer about encrypted bytes says.</summary>
    public static S3Response WithEncryption(this S3Response response, ObjectEncryption? encryption)
        => encryption is null || response.Error is not null ? response : response
            .WithEncryption(encryption.Record)
            .With(EncryptionHeaders.CustomerAlgorithm, encryption.CustomerKeyMd5 is null ? null : EncryptionHeaders.SseS3)
            .With(EncryptionHeaders.CustomerKeyMd5, encryption.CustomerKeyMd5);

    /// <summary>Adds what is said where no customer's key came with the request.</summary>
    public static S3Response WithEncryption(this S3Response response, EncryptionRecord? record) => record?.Mode switch
    {
        EncryptionMode.SseS3 => response.With(EncryptionHeaders.Algorithm, EncryptionHeaders.SseS3),
        EncryptionMode.SseKms => response
            .With(EncryptionHeaders.Algorithm, EncryptionHeaders.SseKms)
            .With(EncryptionHeaders.KmsKeyId, record.KeyId)
            .With(EncryptionHeaders.BucketKeyEnabled, record.BucketKeyEnabled ? "true" : null),
        _ => response,
    };

    /// <summary>Adds the context too, which only the answer to a write repeats.</summary>
    public static S3Response WithNewEncryption(this S3Response response, ObjectEncryption? encryption)
        => response.WithEncryption(encryption).With(EncryptionHeaders.Context, response.Error is null ? encryption?.Record.Context : null);
}
