using System.Net;
using System.Text;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using Microsoft.AspNetCore.WebUtilities;

namespace BleepStore.Api.Website;

/// <summary>The page that a website shows for an error that it has no document for.</summary>
internal static class WebsitePage
{
    /// <summary>The answer with the page; whatever came from the client is escaped in it.</summary>
    /// <param name="error">What went wrong.</param>
    /// <param name="request">The request.</param>
    /// <param name="errorDocument">What went wrong with the bucket's own error document; null where it has none.</param>
    public static S3Response Of(S3Error error, IncomingRequest request, S3Error? errorDocument = null)
    {
        var title = $"{error.Status} {ReasonPhrases.GetReasonPhrase(error.Status)}";
        var page = new StringBuilder()
            .Append("<html>\n<head><title>").Append(title).Append("</title></head>\n<body>\n<h1>").Append(title).Append("</h1>\n");
        AppendList(page, error, request.RequestId);
        if (errorDocument is not null)
        {
            page.Append("<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n");
            AppendList(page, errorDocument, requestId: null);
        }

        var bytes = Encoding.UTF8.GetBytes(page.Append("<hr/>\n</body>\n</html>\n").ToString());
        var isHead = HttpMethods.IsHead(request.Method);
        return S3Response.OfContent(error.Status, isHead ? null : new MemoryStream(bytes, writable: false), bytes.Length)
            .With("Content-Type", "text/html; charset=utf-8")
            .WithError(error);
    }

    /// <summary>Adds the headers by which programs know an error of a website.</summary>
    public static S3Response WithError(this S3Response response, S3Error error)
        => response.With("x-amz-error-code", error.Code).With("x-amz-error-message", error.Message);

    private static void AppendList(StringBuilder page, S3Error error, string? requestId)
    {
        page.Append("<ul>\n");
        Append(page, "Code", error.Code);
        Append(page, "Message", error.Message);
        foreach (var (name, value) in error.Details)
        {
            Append(page, name, value);
        }

        if (requestId is not null)
        {
            Append(page, "RequestId", requestId);
            Append(page, "HostId", S3ResponseWriter.HostId(requestId));
        }

        page.Append("</ul>\n");
    }

    private static void Append(StringBuilder page, string name, string value)
        => page.Append("<li>").Append(name).Append(": ").Append(WebUtility.HtmlEncode(value)).Append("</li>\n");
}
