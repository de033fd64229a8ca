using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Forms;

/// <summary>
/// Turns a form into the request that a PUT of its file would be: its fields are the headers, its file is the body. So whatever reads a PUT's headers
/// reads a form's fields, and authorisation sees the key.
/// </summary>
internal static class FormRequest
{
    // What the browser itself says, not the form: conditions of bucket policies look at these.
    private static readonly string[] OfRequest = ["User-Agent", "Referer", "Origin", "Expect", "x-amz-expected-bucket-owner", "amz-sdk-invocation-id"];

    // Fields that are no header: they sign, or say what the answer is to be.
    private static readonly FrozenSet<string> NoHeaders = FrozenSet.ToFrozenSet(
        ["key", "bucket", "policy", "signature", "x-amz-signature", "AWSAccessKeyId", "x-amz-algorithm", "x-amz-credential", "x-amz-date"],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The request that the form stands for.</summary>
    /// <exception cref="S3Exception">The key is missing, empty or too long, a field is there twice, or the tags are no tags.</exception>
    public static IncomingRequest Of(IncomingRequest request, PostForm form)
    {
        var headers = new HeaderDictionary();
        foreach (var field in form.Fields)
        {
            if (!NoHeaders.Contains(field.Name) && !PostPolicy.IsIgnored(field.Name))
            {
                var (name, value) = ToHeader(field);
                if (!headers.TryAdd(name, value))
                {
                    throw new S3Exception(S3Errors.Argument(field.Name, field.Value, "A form field was given more than once."));
                }
            }
        }

        foreach (var name in OfRequest)
        {
            headers.Remove(name);
            if (request.Headers.TryGetValue(name, out var sent))
            {
                headers[name] = sent;
            }
        }

        return new IncomingRequest
        {
            Method = request.Method,
            RawPath = request.RawPath,
            Query = request.Query,
            Headers = headers,
            Host = request.Host,
            RemoteAddress = request.RemoteAddress,
            IsTls = request.IsTls,
            Bucket = request.Bucket,
            Key = ReadKey(form),
            IsVirtualHostStyle = request.IsVirtualHostStyle,
            RequestId = request.RequestId,
            Body = form.File,
            ContentLength = null,
        };
    }

    private static (string Name, string Value) ToHeader(FormField field)
        => field.Name.Equals("acl", StringComparison.OrdinalIgnoreCase) ? ("x-amz-acl", field.Value)
            : field.Name.Equals("tagging", StringComparison.OrdinalIgnoreCase) ? ("x-amz-tagging", ToTaggingHeader(field.Value))
            : (field.Name, field.Value);

    // The form has the document of PutObjectTagging where the header has a query.
    private static string ToTaggingHeader(string document)
        => string.Join('&', Tags.FromXml(Encoding.UTF8.GetBytes(document)).Select(tag =>
            $"{PercentEncoding.Encode(tag.Key, keepSlash: false)}={PercentEncoding.Encode(tag.Value, keepSlash: false)}"));

    private static string ReadKey(PostForm form)
    {
        var key = form.Find("key") ?? throw new S3Exception(S3Errors.Argument(
            "key", "", "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields."));
        var size = Encoding.UTF8.GetByteCount(key);
        return size == 0 ? throw new S3Exception(S3Errors.Argument("key", "", "User key must have a length greater than 0."))
            : size <= S3Limits.MaxKeyBytes ? key
            : throw new S3Exception(S3Errors.KeyTooLongError
                .With("Size", size.ToString(CultureInfo.InvariantCulture))
                .With("MaxSizeAllowed", S3Limits.MaxKeyBytes.ToString(CultureInfo.InvariantCulture)));
    }
}
