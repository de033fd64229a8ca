using System.Globalization;
using BleepStore.Api.Bodies;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Objects;

/// <summary>PostObject: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html</summary>
internal sealed class PostObject(PutObject put, UploadLimits limits) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("PostObject", "POST", S3Resource.Bucket)
    {
        Summary = "Stores the file of a browser's form, as its signed policy allows.",
        RequestBody = S3Body.Form,
        SuccessStatus = 204,
        Event = EventTypes.ObjectCreated,
        Errors =
        [
            S3Errors.BadDigest, S3Errors.EntityTooLarge, S3Errors.EntityTooSmall, S3Errors.IncorrectNumberOfFilesInPostRequest, S3Errors.InvalidArgument,
            S3Errors.InvalidPolicyDocument, S3Errors.InvalidStorageClass, S3Errors.KeyTooLongError, S3Errors.MalformedPOSTRequest, S3Errors.MalformedXML,
            S3Errors.MaxPostPreDataLengthExceededError, S3Errors.MetadataTooLarge, S3Errors.MissingContentLength, S3Errors.NoSuchBucket, S3Errors.PreconditionFailed,
        ],
        Demands = PutObject.Definition.Demands,
        HeaderActions = HeaderAction.OfNewObject,
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        var upload = request.Verified.Upload ?? throw new InvalidOperationException("The pipeline reads the form.");
        var max = Math.Min(limits.MaxObjectBytes, upload.Allowed.Max);
        var stored = await put.StoreAsync(
            request,
            new BodyRequirements(max)
            {
                LengthOptional = true,
                MinLengthBytes = upload.Allowed.Min,
                TooLarge = S3Errors.EntityTooLarge
                    .With("ProposedSize", upload.EstimatedBytes.ToString(CultureInfo.InvariantCulture))
                    .With("MaxSizeAllowed", max.ToString(CultureInfo.InvariantCulture)),
            },
            cancellationToken);
        if (stored.Error is not null)
        {
            return stored;
        }

        var eTag = "";
        var location = Location(request);
        foreach (var (name, value) in stored.Headers)
        {
            eTag = name == "ETag" ? value : eTag;
        }

        if (Redirect(request, eTag) is { } redirect)
        {
            return S3Response.SeeOther().WithAll(stored).With("Location", redirect);
        }

        return Answer(request, location, eTag).WithAll(stored).With("Location", location);
    }

    /// <summary>The empty or full answer that <c>success_action_status</c> asks for; any other value asks for none.</summary>
    private static S3Response Answer(S3Request request, string location, string eTag) => request.Header("success_action_status") switch
    {
        "200" => S3Response.Ok(),
        "201" => S3Response.Created(writer =>
        {
            writer.Start("PostResponse");
            writer.Element("Location", location);
            writer.Element("Bucket", request.Bucket.Name);
            writer.Element("Key", request.Key);
            writer.Element("ETag", eTag);
            writer.End();
        }),
        _ => S3Response.NoContent(),
    };

    private static string Location(S3Request request)
    {
        var bucket = request.Incoming.IsVirtualHostStyle ? "" : "/" + request.Bucket.Name;
        return $"{(request.Incoming.IsTls ? "https" : "http")}://{request.Incoming.Host}{bucket}/{PercentEncoding.Encode(request.Key, keepSlash: true)}";
    }

    /// <summary>Where the browser goes next; null when the form names no address that it could go to.</summary>
    private static string? Redirect(S3Request request, string eTag)
    {
        var target = request.Header("success_action_redirect") ?? request.Header("redirect");
        if (!Uri.TryCreate(target, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
        {
            return null;
        }

        var address = uri.GetLeftPart(UriPartial.Query);
        var query = $"bucket={Encode(request.Bucket.Name)}&key={Encode(request.Key)}&etag={Encode(eTag)}";
        return $"{address}{(uri.Query.Length == 0 ? "?" : "&")}{query}{uri.Fragment}";
    }

    private static string Encode(string text) => PercentEncoding.Encode(text, keepSlash: false);
}
