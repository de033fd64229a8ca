using System.Runtime.InteropServices;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;

namespace BleepStore.Api.Pipeline;

/// <summary>An answer as a handler returns it; only <see cref="S3ResponseWriter"/> puts it on the wire.</summary>
internal sealed class S3Response
{
    private const int UsualHeaders = 8;

    private List<KeyValuePair<string, string>>? _headers;

    private S3Response(int status) => Status = status;

    /// <summary>HTTP status code.</summary>
    public int Status { get; }

    /// <summary>Set when the request was refused: written as error XML, or as headers alone for HEAD and 304.</summary>
    public S3Error? Error { get; private init; }

    /// <summary>Headers in the order added.</summary>
    public ReadOnlySpan<KeyValuePair<string, string>> Headers => CollectionsMarshal.AsSpan(_headers);

    /// <summary>The XML body without its declaration, disposed when sent; null where there is none.</summary>
    public S3XmlWriter? Document { get; private init; }

    /// <summary>The bytes to send, disposed when sent; null where there are none.</summary>
    public Stream? Content { get; private init; }

    /// <summary>Length of <see cref="Content"/> in bytes; for HEAD the length a GET would have.</summary>
    public long? ContentLength { get; private init; }

    /// <summary>An answer that may take long: the writer keeps the connection alive until it is there.</summary>
    public Task<S3Response>? Late { get; private init; }

    public static S3Response Ok() => new(200);

    public static S3Response NoContent() => new(204);

    /// <summary>Tells a browser to go on with a GET of the <c>Location</c>.</summary>
    public static S3Response SeeOther() => new(303);

    public static S3Response Created(Action<S3XmlWriter> write) => new(201) { Document = Render(write) };

    /// <summary>Sends a browser to the <c>Location</c>.</summary>
    public static S3Response Redirect(int status) => new(status);

    public static S3Response Refuse(S3Error error) => new(error.Status) { Error = error };

    /// <summary>
    /// Sends a document, which is written at once: what it is made of, a thousand records for a page of a listing, need not live for as long as its
    /// client takes to read it.
    /// </summary>
    public static S3Response OfXml(Action<S3XmlWriter> write) => new(200) { Document = Render(write) };

    /// <summary>Sends <paramref name="length"/> bytes; <paramref name="content"/> is null for HEAD.</summary>
    public static S3Response OfContent(int status, Stream? content, long length) => new(status) { Content = content, ContentLength = length };

    /// <summary>Keeps the connection alive until the real answer is there; errors that come late stand in a 200 body, as on AWS.</summary>
    public static S3Response OfLate(Task<S3Response> late) => new(200) { Late = late };

    /// <summary>Adds a header; null and empty values add none.</summary>
    public S3Response With(string name, string? value) => string.IsNullOrEmpty(value) ? this : WithEmptyToo(name, value);

    /// <summary>Adds a header whose value may be empty: user metadata is there also when it says nothing.</summary>
    public S3Response WithEmptyToo(string name, string value)
    {
        (_headers ??= new(UsualHeaders)).Add(new(name, value));
        return this;
    }

    /// <summary>Adds the headers of another answer.</summary>
    public S3Response WithAll(S3Response other)
    {
        foreach (var (name, value) in other.Headers)
        {
            WithEmptyToo(name, value);
        }

        return this;
    }

    public static implicit operator S3Response(S3Error error) => Refuse(error);

    private static S3XmlWriter Render(Action<S3XmlWriter> write)
    {
        var document = new S3XmlWriter();
        write(document);
        return document;
    }
}
