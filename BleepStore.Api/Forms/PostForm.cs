using System.Collections.Immutable;
using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Bodies;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Forms;

/// <summary>
/// A browser's form upload, read up to its file: the fields, and the file's bytes as a stream that is still to be read. See
/// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
/// </summary>
internal sealed class PostForm
{
    private const string FileField = "file";
    private const string Variable = "${filename}";
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private PostForm(ImmutableArray<FormField> fields, FormFile file, long estimatedBytes)
    {
        Fields = fields;
        File = file;
        EstimatedBytes = estimatedBytes;
    }

    /// <summary>The fields before the file in the order sent, variables expanded.</summary>
    public ImmutableArray<FormField> Fields { get; }

    /// <summary>The bytes of the file.</summary>
    public FormFile File { get; }

    /// <summary>Length of the file as the request's length tells it: exact when the file is the form's last field.</summary>
    public long EstimatedBytes { get; }

    /// <summary>The fields that sign the policy.</summary>
    public FormSignature Signature => new()
    {
        Policy = Find("policy"),
        Algorithm = Find("x-amz-algorithm"),
        Credential = Find("x-amz-credential"),
        Date = Find("x-amz-date"),
        AccessKey = Find("AWSAccessKeyId"),
        Signature = Find("x-amz-signature") ?? Find("signature"),
        SecurityToken = Find("x-amz-security-token"),
    };

    /// <summary>Reads the form up to the first byte of its file.</summary>
    /// <exception cref="S3Exception">The body is no such form, has no file, or too much before it.</exception>
    public static async ValueTask<PostForm> ReadAsync(IncomingRequest request, CancellationToken cancellationToken)
    {
        var boundary = ReadBoundary(request.Header("Content-Type"));
        if (request.ContentLength is not { } length)
        {
            throw BodyRejection.LengthMissing.Exception();
        }

        var body = new MultipartBody(new PlainFraming(request.Body), boundary);
        var fields = new List<FormField>();
        while (await body.NextPartAsync(cancellationToken) is { } head)
        {
            if (head.Name.Equals(FileField, StringComparison.OrdinalIgnoreCase))
            {
                RefuseExcess(body);
                var name = NameOf(head.FileName ?? "");
                return new PostForm(
                    [.. fields.Select(field => field with { Value = field.Value.Replace(Variable, name, StringComparison.Ordinal) })],
                    new FormFile(body),
                    Math.Max(0, length - body.Consumed - body.ClosingBytes));
            }

            fields.Add(new FormField(head.Name, await ReadValueAsync(body, cancellationToken)));
        }

        throw new S3Exception(S3Errors.Argument(FileField, "0", "POST requires exactly one file upload per request."));
    }

    /// <summary>The value of a field, whatever the case of its name; null when absent.</summary>
    /// <exception cref="S3Exception">InvalidArgument: it is there twice, and a policy could have meant the other one.</exception>
    public string? Find(string name)
    {
        string? found = null;
        foreach (var field in Fields)
        {
            if (field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                found = found is null ? field.Value : throw new S3Exception(S3Errors.Argument(name, field.Value, "A form field was given more than once."));
            }
        }

        return found;
    }

    private static async ValueTask<string> ReadValueAsync(MultipartBody body, CancellationToken cancellationToken)
    {
        var value = new byte[1024];
        var length = 0;
        while (await body.ReadAsync(value.AsMemory(length), cancellationToken) is var count and > 0)
        {
            RefuseExcess(body);
            length += count;
            if (length == value.Length)
            {
                Array.Resize(ref value, 2 * length);
            }
        }

        try
        {
            return StrictUtf8.GetString(value, 0, length);
        }
        catch (DecoderFallbackException e)
        {
            throw new S3Exception(S3Errors.MalformedPOSTRequest, e);
        }
    }

    private static void RefuseExcess(MultipartBody body)
    {
        if (body.Consumed > S3Limits.MaxFormBytes)
        {
            throw new S3Exception(S3Errors.MaxPostPreDataLengthExceededError);
        }
    }

    /// <summary>A browser may send the whole path of the file, with slashes of either kind; what stands behind the last is its name.</summary>
    private static string NameOf(string path) => path[(path.LastIndexOfAny(['/', '\\']) + 1)..];

    private static string ReadBoundary(string? contentType)
    {
        var parts = (contentType ?? "").Split(';', StringSplitOptions.TrimEntries);
        if (!parts[0].Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            throw new S3Exception(S3Errors.PreconditionFailed.With("Condition", "Bucket POST must be of the enclosure-type multipart/form-data"));
        }

        var named = parts.Skip(1).Where(part => part.StartsWith("boundary=", StringComparison.OrdinalIgnoreCase)).ToList();
        var boundary = named.Count == 1 ? named[0]["boundary=".Length..].Trim('"') : "";
        return boundary.Length is > 0 and <= S3Limits.MaxBoundaryLength && Ascii.IsValid(boundary)
            ? boundary
            : throw new S3Exception(S3Errors.MalformedPOSTRequest);
    }
}

/// <summary>One field of a form.</summary>
/// <param name="Name">Name as sent; case does not matter.</param>
/// <param name="Value">Its value.</param>
internal sealed record FormField(string Name, string Value);
