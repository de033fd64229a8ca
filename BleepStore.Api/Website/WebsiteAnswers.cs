using BleepStore.Api.Auth;
using BleepStore.Api.Configurations;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;

namespace BleepStore.Api.Website;

/// <summary>
/// Serves a bucket to browsers, as its website configuration says: https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html.
/// Whoever asks has the rights of nobody in particular; each object is read through the same authoriser as in any other request.
/// </summary>
internal sealed class WebsiteAnswers(IMetadataStore metadata, VerifiedRequest.Verifier verifier, Authorizer authorizer, ObjectRead read)
{
    private static readonly string[] ReadHeaders = ["Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"];

    /// <summary>The page, a redirect or an error page.</summary>
    public async ValueTask<S3Response> AnswerAsync(IncomingRequest request, CancellationToken cancellationToken)
    {
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            var refusal = S3Errors.MethodNotAllowed.With("Method", request.Method).With("ResourceType", "OBJECT");
            return WebsitePage.Of(refusal, request).With("Allow", "GET, HEAD");
        }

        var name = request.Bucket ?? "";
        if (await metadata.FindBucketAsync(name, cancellationToken) is not { } bucket)
        {
            return WebsitePage.Of(Authorizer.MissingBucket(name), request);
        }

        if (WebsiteConfiguration.Document.Find(bucket) is not { } website)
        {
            return WebsitePage.Of(S3Errors.NoSuchWebsiteConfiguration.With("BucketName", name), request);
        }

        if (website.RedirectAll is { } redirect)
        {
            return WebsiteRouting.ToOtherSite(request, redirect);
        }

        return WebsiteRouting.Find(website, request, errorCode: null) ?? await PageAsync(request, website, cancellationToken);
    }

    private async ValueTask<S3Response> PageAsync(IncomingRequest request, WebsiteConfiguration website, CancellationToken cancellationToken)
    {
        var key = request.Key ?? "";
        var isDirectory = key.Length == 0 || key.EndsWith('/');
        var page = await ReadAsync(request, isDirectory ? key + website.IndexSuffix : key, request.Method, withHeaders: true, cancellationToken);
        if (page.Error is not { } error || error.Status == StatusCodes.Status304NotModified)
        {
            return Redirected(page) ?? page;
        }

        if (!isDirectory && error.Status is 403 or 404
            && await ReadAsync(request, $"{key}/{website.IndexSuffix}", "HEAD", withHeaders: false, cancellationToken) is { Error: null })
        {
            return WebsiteRouting.ToDirectory(key);
        }

        return WebsiteRouting.Find(website, request, error.Status) ?? await ErrorAsync(request, website, error, cancellationToken);
    }

    private async ValueTask<S3Response> ErrorAsync(
        IncomingRequest request, WebsiteConfiguration website, S3Error error, CancellationToken cancellationToken)
    {
        if (website.ErrorKey is null || error.Status >= 500)
        {
            return WebsitePage.Of(error, request);
        }

        var document = await ReadAsync(request, website.ErrorKey, request.Method, withHeaders: false, cancellationToken);
        return document.Error is { } failed
            ? WebsitePage.Of(error, request, failed)
            : Redirected(document) ?? S3Response.OfContent(error.Status, document.Content, document.ContentLength ?? 0).WithAll(document).WithError(error);
    }

    /// <summary>The redirect that an object stands for; null for one that is shown itself.</summary>
    private static S3Response? Redirected(S3Response page)
    {
        foreach (var (name, value) in page.Headers)
        {
            if (name == WebsiteRedirectLocation.Header)
            {
                page.Content?.Dispose();
                return S3Response.Redirect(StatusCodes.Status301MovedPermanently).With("Location", value);
            }
        }

        return null;
    }

    /// <summary>What GetObject or HeadObject would answer to nobody in particular.</summary>
    private async ValueTask<S3Response> ReadAsync(
        IncomingRequest request, string key, string method, bool withHeaders, CancellationToken cancellationToken)
    {
        var headers = new HeaderDictionary();
        foreach (var name in ReadHeaders)
        {
            if (withHeaders && request.Headers.TryGetValue(name, out var values))
            {
                headers[name] = values;
            }
        }

        // What only policies look at: who asks, from where, coming from which page.
        headers["User-Agent"] = request.Headers.UserAgent;
        headers["Referer"] = request.Headers.Referer;
        var asked = new IncomingRequest
        {
            Method = method,
            RawPath = request.RawPath,
            Query = S3Query.Empty,
            Headers = headers,
            Host = request.Host,
            RemoteAddress = request.RemoteAddress,
            IsTls = request.IsTls,
            Bucket = request.Bucket,
            Key = key,
            IsVirtualHostStyle = true,
            RequestId = request.RequestId,
            Body = Stream.Null,
            ContentLength = null,
        };
        var definition = HttpMethods.IsHead(method) ? HeadObject.Definition : GetObject.Definition;
        var verified = await verifier.VerifyAsync(asked, cancellationToken);
        var (authorization, denial) = await authorizer.AuthorizeAsync(verified, definition, cancellationToken);
        if (denial is not null)
        {
            return denial;
        }

        _ = RequesterPays.Charges(verified, authorization, out var isUnpaid);
        return isUnpaid
            ? S3Errors.AccessDenied
            : await read.AnswerAsync(new S3Request(verified, definition, authorization), withContent: !HttpMethods.IsHead(method), cancellationToken);
    }
}
