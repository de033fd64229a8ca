using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Forms;

/// <summary>
/// What the signer of a form allows: until when, which fields with which values, and how long a file. See
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
/// </summary>
internal sealed class PostPolicy
{
    private static readonly string[] TimeFormats = ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"];
    private static readonly JsonDocumentOptions Json = new() { AllowTrailingCommas = true, MaxDepth = 8 };

    private PostPolicy(DateTimeOffset expiration, ImmutableArray<PolicyCondition> conditions, FileLength length)
    {
        Expiration = expiration;
        Conditions = conditions;
        Length = length;
    }

    public DateTimeOffset Expiration { get; }

    public ImmutableArray<PolicyCondition> Conditions { get; }

    /// <summary>How long the file may be.</summary>
    public FileLength Length { get; }

    /// <summary>Fields that need no condition: those that cannot be within what they sign, the file, and what clients ask to be passed over.</summary>
    public static bool IsExempt(string field)
        => IsIgnored(field)
            || field.Equals("policy", StringComparison.OrdinalIgnoreCase)
            || field.Equals("x-amz-signature", StringComparison.OrdinalIgnoreCase)
            || field.Equals("signature", StringComparison.OrdinalIgnoreCase)
            || field.Equals("AWSAccessKeyId", StringComparison.OrdinalIgnoreCase)
            || field.Equals("file", StringComparison.OrdinalIgnoreCase);

    /// <summary>True for fields without any meaning here.</summary>
    public static bool IsIgnored(string field) => field.StartsWith("x-ignore-", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the field <c>policy</c>.</summary>
    /// <exception cref="S3Exception">InvalidPolicyDocument.</exception>
    public static PostPolicy Parse(string base64)
    {
        try
        {
            var text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(Convert.FromBase64String(base64));
            using var document = JsonDocument.Parse(WithoutOwnEscapes(text), Json);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            throw new S3Exception(Invalid("invalid Base64 encoding."), e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new S3Exception(Invalid("Invalid JSON."), e);
        }
    }

    /// <summary>Refuses a form that the policy does not allow.</summary>
    /// <param name="bucket">The bucket that the request names.</param>
    /// <exception cref="S3Exception">AccessDenied, with the reason.</exception>
    public void Check(string bucket, PostForm form, DateTimeOffset now)
    {
        if (now >= Expiration)
        {
            throw Denied("Policy expired.");
        }

        foreach (var condition in Conditions)
        {
            // The bucket is the one the form is sent to, whatever a field of that name says.
            var value = condition.Field.Equals("bucket", StringComparison.OrdinalIgnoreCase) ? bucket : form.Find(condition.Field);
            if (!condition.IsMetBy(value))
            {
                throw Denied($"Policy Condition failed: {condition}");
            }
        }

        foreach (var field in form.Fields.Select(field => field.Name).Append("bucket"))
        {
            if (!IsExempt(field) && !Conditions.Any(condition => condition.Field.Equals(field, StringComparison.OrdinalIgnoreCase)))
            {
                throw Denied($"Extra input fields: {field.ToLowerInvariant()}");
            }
        }
    }

    private static PostPolicy Read(JsonElement root)
    {
        DateTimeOffset? expiration = null;
        JsonElement? conditions = null;
        foreach (var property in root.EnumerateObject())
        {
            switch (property.Name)
            {
                case "expiration" when expiration is null:
                    expiration = ReadTime(property.Value);
                    break;
                case "conditions" when conditions is null:
                    conditions = property.Value.ValueKind == JsonValueKind.Array
                        ? property.Value
                        : throw new S3Exception(Invalid("Invalid 'conditions' value: must be a List."));
                    break;
                default:
                    throw new S3Exception(Invalid($"Unexpected: '{property.Name}'"));
            }
        }

        if (expiration is not { } until)
        {
            throw new S3Exception(Invalid("Policy missing expiration."));
        }

        if (conditions is not { } list)
        {
            throw new S3Exception(Invalid("Policy missing conditions."));
        }

        var length = FileLength.Any;
        var onFields = ImmutableArray.CreateBuilder<PolicyCondition>();
        foreach (var element in list.EnumerateArray())
        {
            if (element.ValueKind == JsonValueKind.Object)
            {
                onFields.Add(ReadSimple(element));
            }
            else if (FileLength.TryRead(element) is { } range)
            {
                length = length.Within(range);
            }
            else
            {
                onFields.Add(ReadOperation(element));
            }
        }

        return new PostPolicy(until, onFields.ToImmutable(), length);
    }

    private static DateTimeOffset ReadTime(JsonElement element)
        => element.ValueKind is not (JsonValueKind.String or JsonValueKind.Number) ? throw InvalidJson()
            : DateTimeOffset.TryParseExact(
                element.ToString(), TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
                ? time
                : throw new S3Exception(Invalid($"Invalid 'expiration' value: '{element}'"));

    private static PolicyCondition ReadSimple(JsonElement element)
    {
        var properties = element.EnumerateObject().ToList();
        if (properties.Count != 1)
        {
            throw new S3Exception(Invalid("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."));
        }

        return properties[0].Value.ValueKind == JsonValueKind.String
            ? new PolicyCondition(properties[0].Name, IsPrefix: false, properties[0].Value.GetString()!)
            : throw new S3Exception(Invalid("Invalid Simple-Condition: value must be a string."));
    }

    private static PolicyCondition ReadOperation(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw new S3Exception(Invalid("Invalid condition test: must be a List or Object."));
        }

        var items = element.EnumerateArray().ToList();
        if (items.Count == 0)
        {
            throw new S3Exception(Invalid("Invalid Condition: missing operation identifier."));
        }

        if (items.Exists(item => item.ValueKind != JsonValueKind.String))
        {
            throw InvalidJson();
        }

        var operation = items[0].GetString()!;
        var isPrefix = operation.Equals("starts-with", StringComparison.OrdinalIgnoreCase);
        if (!isPrefix && !operation.Equals("eq", StringComparison.OrdinalIgnoreCase))
        {
            throw new S3Exception(Invalid($"Invalid Condition: unknown operation '{operation}'."));
        }

        if (items.Count != 3)
        {
            throw WrongNumberOfArguments(operation);
        }

        var (field, value) = (items[1].GetString()!, items[2].GetString()!);
        return field.Length > 1 && field[0] == '$'
            ? new PolicyCondition(field[1..], isPrefix, value) { Text = element.GetRawText() }
            : new PolicyCondition(field, isPrefix, value) { Text = element.GetRawText(), SpeaksOfField = false };
    }

    /// <summary>What is said of a list that has not one field and one value, or not two lengths.</summary>
    public static S3Exception WrongNumberOfArguments(string operation) => new(Invalid($"Invalid {operation}: wrong number of arguments."));

    /// <summary>What is said of a value of another kind than its place wants.</summary>
    public static S3Exception InvalidJson() => new(Invalid("Invalid JSON."));

    // S3 has two escapes that JSON does not: \$ and \v.
    private static string WithoutOwnEscapes(string text)
    {
        if (!text.Contains("\\$", StringComparison.Ordinal) && !text.Contains("\\v", StringComparison.Ordinal))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                plain.Append(text[i]);
                continue;
            }

            i++;
            plain.Append(text[i] switch { '$' => "$", 'v' => "\\u000B", var other => $"\\{other}" });
        }

        return plain.ToString();
    }

    private static S3Error Invalid(string reason) => S3Errors.InvalidPolicyDocument.Because($"Invalid Policy: {reason}");

    private static S3Exception Denied(string reason) => new(S3Errors.AccessDenied.Because($"Invalid according to Policy: {reason}"));
}
