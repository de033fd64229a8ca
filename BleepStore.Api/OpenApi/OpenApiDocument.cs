using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using BleepStore.Api.Operations;

namespace BleepStore.Api.OpenApi;

/// <summary>The API document, OpenAPI 3.1.0, made of the operation definitions once; only its server's address depends on the request.</summary>
internal sealed class OpenApiDocument(ImmutableArray<S3OperationDefinition> operations)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly ImmutableArray<(string Name, string Description)> Tags =
    [
        ("Service", "Operations on the service."),
        ("Bucket", "Operations on buckets, and listings of what is in them."),
        ("Object", "Operations on objects."),
        ("MultipartUpload", "Objects that are uploaded in parts."),
    ];

    private readonly Lazy<byte[]> _paths = new(() => Render(json => WritePaths(json, operations)));
    private readonly Lazy<byte[]> _components = new(() => Render(WriteComponents));

    /// <summary>The document of every operation that exists.</summary>
    public static OpenApiDocument OfAllOperations() => new([.. S3Operations.All.Select(route => route.Definition)]);

    /// <summary>Writes the document for clients that reach the server at this address.</summary>
    public void Write(IBufferWriter<byte> output, string serverUrl)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteString("openapi", "3.1.0");
        WriteInfo(json);
        json.WriteStartArray("servers");
        json.WriteStartObject();
        json.WriteString("url", serverUrl);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("security");
        json.WriteStartObject();
        json.WriteStartArray("sigv4");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        WriteTags(json);
        json.WritePropertyName("paths");
        json.WriteRawValue(_paths.Value, skipInputValidation: true);
        json.WritePropertyName("components");
        json.WriteRawValue(_components.Value, skipInputValidation: true);
        json.WriteEndObject();
    }

    private static byte[] Render(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>(64 * 1024);
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            write(json);
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static void WriteInfo(Utf8JsonWriter json)
    {
        json.WriteStartObject("info");
        json.WriteString("title", "BleepStore S3-Compatible API");
        json.WriteString("version", "1.0.0");
        json.WriteString(
            "description",
            "Requests are signed with AWS Signature Version 4, in the Authorization header or in the query (presigned); anonymous requests may do what access "
            + "control lists let everybody do. S3 tells operations on one path apart by query parameters and headers; here these follow the path as a fragment, "
            + "which is not part of the request.");
        json.WriteStartObject("license");
        json.WriteString("name", "Apache-2.0");
        json.WriteString("identifier", "Apache-2.0");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteTags(Utf8JsonWriter json)
    {
        json.WriteStartArray("tags");
        foreach (var (name, description) in Tags)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("description", description);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WritePaths(Utf8JsonWriter json, ImmutableArray<S3OperationDefinition> operations)
    {
        json.WriteStartObject();
        foreach (var path in operations.GroupBy(OpenApiOperation.PathKey))
        {
            json.WriteStartObject(path.Key);
            foreach (var operation in path)
            {
                OpenApiOperation.Write(json, operation);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteComponents(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        OpenApiSchemas.Write(json);
        json.WriteStartObject("securitySchemes");
        json.WriteStartObject("sigv4");
        json.WriteString("type", "apiKey");
        json.WriteString("name", "Authorization");
        json.WriteString("in", "header");
        json.WriteString("description", "AWS Signature Version 4, service s3.");
        json.WriteString("x-amazon-apigateway-authtype", "awsSigv4");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
