using System.Buffers;
using System.Collections.Frozen;
using System.IO.Compression;
using System.Text;
using Microsoft.Net.Http.Headers;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace BleepStore.Api.OpenApi;

/// <summary>A file of the documentation page.</summary>
/// <param name="ContentType">Its media type.</param>
/// <param name="Compressed">Its bytes, gzip.</param>
internal sealed record DocumentationFile(string ContentType, ReadOnlyMemory<byte> Compressed);

/// <summary>
/// Serves <c>/openapi.json</c> and the page <c>/docs</c> that shows it: Swagger UI from our own process, with nothing from elsewhere. Only the
/// page's own files are answered; other names below <c>/docs/</c> belong to a bucket called docs.
/// </summary>
internal sealed class ApiDocumentEndpoints(OpenApiDocument document)
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'";

    private readonly Lazy<FrozenDictionary<string, DocumentationFile>> _files = new(LoadFiles);

    /// <summary>The file at that exact path; null when there is none.</summary>
    public DocumentationFile? FindPage(ReadOnlySpan<char> path)
        => path.StartsWith("/docs", StringComparison.Ordinal) ? _files.Value.GetValueOrDefault(path.ToString()) : null;

    public async Task WriteOpenApiAsync(HttpContext context)
    {
        var bytes = new ArrayBufferWriter<byte>(128 * 1024);
        document.Write(bytes, $"{context.Request.Scheme}://{context.Request.Host.Value}");
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.WrittenCount;
        context.Response.Headers.CacheControl = "no-cache";
        await context.Response.BodyWriter.WriteAsync(bytes.WrittenMemory, context.RequestAborted);
    }

    public static async Task WritePageAsync(HttpContext context, DocumentationFile file)
    {
        var headers = context.Response.Headers;
        context.Response.ContentType = file.ContentType;
        headers.CacheControl = "no-cache";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers["Referrer-Policy"] = "no-referrer";
        headers.Vary = "Accept-Encoding";
        var bytes = file.Compressed;
        if (AcceptsGzip(context.Request.Headers.AcceptEncoding.ToString()))
        {
            headers.ContentEncoding = "gzip";
        }
        else
        {
            bytes = Decompress(bytes);
        }

        context.Response.ContentLength = bytes.Length;
        await context.Response.BodyWriter.WriteAsync(bytes, context.RequestAborted);
    }

    private static bool AcceptsGzip(string acceptEncoding)
        => StringWithQualityHeaderValue.TryParseList([acceptEncoding], out var encodings)
        && encodings.Any(encoding => encoding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && encoding.Quality is not 0);

    private static FrozenDictionary<string, DocumentationFile> LoadFiles()
    {
        var page = new DocumentationFile("text/html; charset=utf-8", Compress(SwaggerPage.Html));
        return new Dictionary<string, DocumentationFile>(StringComparer.Ordinal)
        {
            ["/docs"] = page,
            ["/docs/"] = page,
            ["/docs/start.js"] = new("text/javascript; charset=utf-8", Compress(SwaggerPage.Script)),
            ["/docs/swagger-ui.css"] = new("text/css; charset=utf-8", Embedded("swagger-ui.css")),
            ["/docs/swagger-ui-bundle.js"] = new("text/javascript; charset=utf-8", Embedded("swagger-ui-bundle.js")),
            ["/docs/favicon-32x32.png"] = new("image/png", Embedded("favicon-32x32.png")),
        }.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>A file of Swagger UI as its package embeds it: gzip.</summary>
    private static byte[] Embedded(string name)
    {
        var resource = "Swashbuckle.AspNetCore.SwaggerUI.node_modules.swagger_ui_dist." + name;
        using var stream = typeof(SwaggerUIOptions).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The Swagger UI package has no {resource}.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static byte[] Compress(string text)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return output.ToArray();
    }

    private static byte[] Decompress(ReadOnlyMemory<byte> compressed)
    {
        using var input = new MemoryStream(compressed.ToArray());
        using var gzip = new GZipStream(input, CompressionMode.Decompress);
        using var output = new MemoryStream();
        gzip.CopyTo(output);
        return output.ToArray();
    }
}
