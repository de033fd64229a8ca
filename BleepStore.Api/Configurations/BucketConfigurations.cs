using BleepStore.Api.Bodies;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.Configurations;

/// <summary>Reads and keeps the configuration documents of a request's bucket: what the operations on subresources share.</summary>
internal sealed class BucketConfigurations(IMetadataStore metadata, TimeProvider time)
{
    /// <summary>The body of a request that carries a document.</summary>
    /// <param name="request">The request.</param>
    /// <param name="integrityMustBeSent">True where S3 refuses a document without Content-MD5 or checksum.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <param name="maxBytes">Longest document.</param>
    /// <exception cref="S3Exception">MissingRequestBodyError, or the body is not what it promised.</exception>
    public static async ValueTask<byte[]> ReadBodyAsync(
        S3Request request, bool integrityMustBeSent, CancellationToken cancellationToken, long maxBytes = S3Limits.MaxXmlBytes)
    {
        using var body = request.OpenBody(BodyRequirements.Document(maxBytes) with { IntegrityMustBeSent = integrityMustBeSent });
        var bytes = await body.ReadAllAsync(cancellationToken);
        return bytes.Length > 0 ? bytes : throw new S3Exception(S3Errors.MissingRequestBodyError);
    }

    /// <summary>Replaces the document of a subresource, or removes it with null; the answer is the error, or null when it is done.</summary>
    public async ValueTask<S3Error?> SetAsync(S3Request request, string name, string? document, CancellationToken cancellationToken)
    {
        var outcome = await metadata.ExecuteAsync(
            new Commands.SetBucketConfiguration
            {
                Time = time.GetUtcNow(),
                Bucket = request.Bucket.Name,
                BucketId = request.Bucket.BucketId,
                Name = name,
                Document = document,
            },
            cancellationToken);
        return OutcomeErrors.Map(outcome, request);
    }

    /// <summary>Keeps a document; the answer is 200 or 204, as the operation's definition says.</summary>
    public async ValueTask<S3Response> PutAsync<T>(S3Request request, ConfigurationDocument<T> kind, T document, CancellationToken cancellationToken)
        where T : class
        => await SetAsync(request, kind.Name, kind.Format(document), cancellationToken) is { } error ? error
            : request.Definition.SuccessStatus == StatusCodes.Status204NoContent ? S3Response.NoContent()
            : S3Response.Ok();

    /// <summary>Removes a document; an absent one is no error.</summary>
    public async ValueTask<S3Response> DeleteAsync(S3Request request, string name, CancellationToken cancellationToken)
        => await SetAsync(request, name, document: null, cancellationToken) is { } error ? error : S3Response.NoContent();
}
