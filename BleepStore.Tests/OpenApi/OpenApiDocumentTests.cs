using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using BleepStore.Api.OpenApi;
using BleepStore.Api.Operations;
using BleepStore.Tests.Golden;

namespace BleepStore.Tests.OpenApi;

/// <summary>The API document tells of every operation, and tools can read it.</summary>
public sealed class OpenApiDocumentTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonNode _document = Generate("http://127.0.0.1:9000");

    [Fact]
    public void The_document_is_the_golden_one()
        => GoldenFile.ShouldMatch("openapi.json", _document.ToJsonString(Indented) + "\n");

    [Fact]
    public void It_says_what_it_is()
    {
        Text("openapi").ShouldBe("3.1.0");
        Text("info", "title").ShouldBe("BleepStore S3-Compatible API");
        Text("info", "version").ShouldBe("1.0.0");
        Text("components", "securitySchemes", "sigv4", "type").ShouldBe("apiKey");
        Text("components", "securitySchemes", "sigv4", "in").ShouldBe("header");
        Text("components", "securitySchemes", "sigv4", "name").ShouldBe("Authorization");
        Text("components", "securitySchemes", "sigv4", "x-amazon-apigateway-authtype").ShouldBe("awsSigv4");
        _document["tags"]!.AsArray().Select(tag => tag!["name"]!.GetValue<string>()).ShouldBe(["Service", "Bucket", "Object", "MultipartUpload"]);
    }

    [Fact]
    public void The_server_is_where_the_request_came_to()
        => Generate("https://s3.example.com")["servers"]![0]!["url"]!.GetValue<string>().ShouldBe("https://s3.example.com");

    [Fact]
    public void Every_operation_stands_in_it_once()
        => Operations().Select(operation => operation.Body["operationId"]!.GetValue<string>())
            .ShouldBe(S3Operations.All.Select(route => route.Definition.Name), ignoreOrder: true);

    [Fact]
    public void Path_keys_are_templates_without_a_query()
    {
        foreach (var path in _document["paths"]!.AsObject().Select(path => path.Key))
        {
            path.ShouldStartWith("/");
            path.ShouldNotContain("?");
        }
    }

    [Fact]
    public void Every_path_parameter_is_declared()
    {
        foreach (var (path, body) in Operations())
        {
            var declared = body["parameters"]!.AsArray().Where(parameter => parameter!["in"]!.GetValue<string>() == "path").Select(parameter => parameter!["name"]!.GetValue<string>());
            declared.ShouldBe(new[] { "bucket", "key" }.Where(name => path.Contains($"{{{name}}}", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void No_parameter_is_declared_twice()
    {
        foreach (var (_, body) in Operations())
        {
            body["parameters"]!.AsArray()
                .GroupBy(parameter => (parameter!["in"]!.GetValue<string>(), parameter!["name"]!.GetValue<string>()))
                .Where(group => group.Count() > 1)
                .Select(group => $"{body["operationId"]}: {group.Key}")
                .ShouldBeEmpty();
        }
    }

    [Fact]
    public void Every_reference_leads_to_a_schema()
    {
        var schemas = _document["components"]!["schemas"]!.AsObject();
        var references = Descendants(_document).OfType<JsonObject>().Select(node => node["$ref"]?.GetValue<string>()).OfType<string>().Distinct().ToArray();
        references.ShouldNotBeEmpty();
        references.Where(reference => !schemas.ContainsKey(reference["#/components/schemas/".Length..])).ShouldBeEmpty();
    }

    [Fact]
    public void Every_operation_tells_its_errors()
    {
        foreach (var definition in S3Operations.All.Select(route => route.Definition))
        {
            var body = Operations().Single(operation => operation.Body["operationId"]!.GetValue<string>() == definition.Name).Body;
            foreach (var error in definition.Errors)
            {
                body["responses"]![$"{error.Status}"]!["x-error-codes"]!.AsArray().Select(code => code!.GetValue<string>()).ShouldContain(error.Code);
            }
        }
    }

    private IEnumerable<(string Path, JsonObject Body)> Operations()
        => _document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(method => (path.Key, method.Value!.AsObject())));

    private string Text(params string[] path) => path.Aggregate(_document, (node, name) => node[name]!).GetValue<string>();

    private static IEnumerable<JsonNode> Descendants(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(pair => Descendants(pair.Value)).Prepend(map),
        JsonArray list => list.SelectMany(Descendants).Prepend(list),
        null => [],
        _ => [node],
    };

    private static JsonNode Generate(string server)
    {
        var bytes = new ArrayBufferWriter<byte>();
        OpenApiDocument.OfAllOperations().Write(bytes, server);
        return JsonNode.Parse(bytes.WrittenSpan)!;
    }
}
