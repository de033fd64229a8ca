using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using BleepStore.Api.Operations;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.OpenApi;

/// <summary>Writes one operation into the API document.</summary>
internal static class OpenApiOperation
{
    /// <summary>Errors that every operation can answer.</summary>
    public static readonly ImmutableArray<S3Error> CommonErrors =
    [
        S3Errors.AuthorizationHeaderMalformed, S3Errors.AccessDenied, S3Errors.InvalidAccessKeyId, S3Errors.RequestTimeTooSkewed,
        S3Errors.SignatureDoesNotMatch, S3Errors.InternalError, S3Errors.NotImplemented, S3Errors.ServiceUnavailable, S3Errors.SlowDown,
    ];

    /// <summary>
    /// The operation's key below <c>paths</c>. S3 tells operations apart by query and header, a path item only by its path; what selects the
    /// operation therefore follows as a fragment. A fragment is never sent, so the key is a valid path template and generated clients
    /// request the right path; the parameters themselves are described as required. A query in the key is what the specification forbids.
    /// </summary>
    public static string PathKey(S3OperationDefinition definition)
    {
        var selectors = definition.Header is null ? definition.Query : definition.Query.Add(definition.Header);
        return selectors.IsEmpty ? definition.PathTemplate : $"{definition.PathTemplate}#{string.Join('&', selectors)}";
    }

    public static void Write(Utf8JsonWriter json, S3OperationDefinition definition)
    {
        json.WriteStartObject(definition.Method.ToLowerInvariant());
        json.WriteString("operationId", definition.Name);
        json.WriteString("summary", definition.Summary);
        json.WriteStartArray("tags");
        json.WriteStringValue(definition.Tag);
        json.WriteEndArray();
        json.WriteStartObject("externalDocs");
        json.WriteString("url", $"https://docs.aws.amazon.com/AmazonS3/latest/API/API_{definition.Name}.html");
        json.WriteEndObject();
        WriteParameters(json, definition);
        if (definition.RequestBody.Kind is not S3BodyKind.None)
        {
            json.WriteStartObject("requestBody");
            WriteContent(json, definition.RequestBody);
            json.WriteEndObject();
        }

        WriteResponses(json, definition);
        json.WriteEndObject();
    }

    private static void WriteParameters(Utf8JsonWriter json, S3OperationDefinition definition)
    {
        json.WriteStartArray("parameters");
        if (definition.Resource is not S3Resource.Service)
        {
            WriteParameter(json, "bucket", "path", isRequired: true, new("Name of the bucket."));
        }

        if (definition.Resource is S3Resource.Object)
        {
            WriteParameter(json, "key", "path", isRequired: true, new("Key of the object; slashes in it stand as they are."));
        }

        foreach (var condition in definition.Query)
        {
            WriteSelector(json, condition);
        }

        foreach (var name in definition.OptionalQuery)
        {
            WriteParameter(json, name, "query", isRequired: false, ParameterCatalog.FindQuery(name));
        }

        if (definition.Header is { } header)
        {
            WriteParameter(json, header, "header", isRequired: true, ParameterCatalog.FindHeader(header));
        }

        foreach (var name in definition.OptionalHeaders.Where(IsDescribable))
        {
            WriteParameter(json, name, "header", isRequired: false, ParameterCatalog.FindHeader(name));
        }

        json.WriteEndArray();
    }

    // OpenAPI gives these headers by other means and tells readers to ignore parameters of their names.
    private static bool IsDescribable(string header)
        => !header.Equals("Accept", StringComparison.OrdinalIgnoreCase)
        && !header.Equals("Authorization", StringComparison.OrdinalIgnoreCase)
        && !header.Equals("Content-Type", StringComparison.OrdinalIgnoreCase);

    private static void WriteSelector(Utf8JsonWriter json, string condition)
    {
        var equals = condition.IndexOf('=', StringComparison.Ordinal);
        if (equals >= 0)
        {
            var name = condition[..equals];
            var meaning = ParameterCatalog.FindQuery(name) ?? new ParameterMeaning("");
            WriteParameter(json, name, "query", isRequired: true, meaning with { Values = [condition[(equals + 1)..]] });
        }
        else if (ParameterCatalog.FindQuery(condition) is { } meaning)
        {
            WriteParameter(json, condition, "query", isRequired: true, meaning);
        }
        else
        {
            // A subresource: its presence selects the operation, it has no value.
            WriteParameter(json, condition, "query", isRequired: true, new("Selects the operation.", Values: ""));
        }
    }

    private static void WriteParameter(Utf8JsonWriter json, string name, string location, bool isRequired, ParameterMeaning? meaning)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("in", location);
        if (!string.IsNullOrEmpty(meaning?.Description))
        {
            json.WriteString("description", meaning.Description);
        }

        if (isRequired)
        {
            json.WriteBoolean("required", value: true);
        }

        if (meaning?.Values is [""])
        {
            json.WriteBoolean("allowEmptyValue", value: true);
        }

        json.WriteStartObject("schema");
        json.WriteString("type", meaning?.Type ?? "string");
        if (meaning?.Format is { } format)
        {
            json.WriteString("format", format);
        }

        if (meaning?.Values is { Length: > 0 } values)
        {
            json.WriteStartArray("enum");
            foreach (var value in values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, S3Body body)
    {
        json.WriteStartObject("content");
        json.WriteStartObject(body.Kind switch
        {
            S3BodyKind.Xml => "application/xml",
            S3BodyKind.Json => "application/json",
            S3BodyKind.Form => "multipart/form-data",
            _ => "application/octet-stream",
        });
        if (body.Kind is S3BodyKind.Xml)
        {
            json.WriteStartObject("schema");
            json.WriteString("$ref", "#/components/schemas/" + body.Root);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteResponses(Utf8JsonWriter json, S3OperationDefinition definition)
    {
        json.WriteStartObject("responses");
        if (definition.SuccessStatus < 400)
        {
            json.WriteStartObject(definition.SuccessStatus.ToString(CultureInfo.InvariantCulture));
            json.WriteString("description", "Success.");
            if (definition.ResponseBody.Kind is not S3BodyKind.None)
            {
                WriteContent(json, definition.ResponseBody);
            }

            json.WriteEndObject();
        }

        if (definition.OptionalHeaders.Contains("Range", StringComparer.OrdinalIgnoreCase))
        {
            json.WriteStartObject("206");
            json.WriteString("description", "The range or part that was asked for.");
            if (definition.ResponseBody.Kind is not S3BodyKind.None)
            {
                WriteContent(json, definition.ResponseBody);
            }

            json.WriteEndObject();
        }

        foreach (var errors in definition.Errors.Concat(CommonErrors).DistinctBy(error => error.Code).GroupBy(error => error.Status).OrderBy(group => group.Key))
        {
            WriteErrors(json, errors.Key, [.. errors.OrderBy(error => error.Code, StringComparer.Ordinal)], hasBody: definition.Method != "HEAD" && errors.Key != 304);
        }

        json.WriteEndObject();
    }

    private static void WriteErrors(Utf8JsonWriter json, int status, ImmutableArray<S3Error> errors, bool hasBody)
    {
        json.WriteStartObject(status.ToString(CultureInfo.InvariantCulture));
        json.WriteString("description", string.Join("\n\n", errors.Select(error => $"`{error.Code}`: {error.Message}")));
        if (hasBody)
        {
            WriteContent(json, S3Body.Xml("Error"));
        }

        json.WriteStartArray("x-error-codes");
        foreach (var error in errors)
        {
            json.WriteStringValue(error.Code);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
