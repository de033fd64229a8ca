using BleepStore.Api.Operations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Tests.Aws;
using BleepStore.Tests.Clients.Cli;
using Microsoft.AspNetCore.Http;

namespace BleepStore.Tests.Documentation;

/// <summary>Which recorded tests show an operation: found by routing their requests and reading their commands, so that none is named that does not.</summary>
internal sealed class OperationEvidence
{
    private const string Golden = "BleepStore.Tests/Golden";

    private static readonly S3Router s_router = new([.. S3Operations.All.Select(route => route with { CreateHandler = _ => null! })], null!);

    private readonly Dictionary<string, string> _documented = MostOf(
        DocumentedCaseFile.ReadAll().SelectMany(documented => documented.Exchanges.Where(exchange => exchange.Expected is not null).Select(exchange => (OperationOf(exchange), documented.Area))));

    private readonly Dictionary<string, string> _commands = MostOf(
        CliStoryFile.ReadAll().SelectMany(story => story.Steps.OfType<CliCommand>().Where(command => command.Service == "s3api").Select(command => ((string?)command.Operation, story.Area))));

    /// <summary>Links, in Markdown, to the file of documented cases and to the session of the AWS CLI that show most of the operation.</summary>
    public string Links(string operation) => string.Join(' ', Links(operation, _documented, "aws", "Aws").Concat(Links(operation, _commands, "cli", "Cli")));

    private static IEnumerable<string> Links(string operation, Dictionary<string, string> files, string text, string folder)
        => files.TryGetValue(operation, out var file) ? [$"[{text}]({Golden}/{folder}/{file}.txt)"] : [];

    private static Dictionary<string, string> MostOf(IEnumerable<(string? Operation, string Area)> seen)
        => seen.Where(one => one.Operation is not null)
            .GroupBy(one => one.Operation!)
            .ToDictionary(
                operation => operation.Key,
                operation => operation.GroupBy(one => one.Area).OrderByDescending(area => area.Count()).ThenBy(area => area.Key, StringComparer.Ordinal).First().Key);

    private static string? OperationOf(DocumentedExchange exchange)
    {
        // A host of its own is a bucket's name or a website.
        if (exchange.Headers.Any(header => header.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }

        var (path, query) = exchange.Target.Split('?', 2) is [var before, var after] ? (before, after) : (exchange.Target, "");
        var segments = path.TrimStart('/').Split('/', 2);
        var headers = new HeaderDictionary();
        foreach (var (name, value) in exchange.Headers)
        {
            headers.Append(name, value);
        }

        return s_router.Route(new IncomingRequest
        {
            Method = exchange.Method,
            RawPath = path,
            Query = S3Query.Parse(query),
            Headers = headers,
            Host = "localhost",
            Bucket = segments[0].Length > 0 ? segments[0] : null,
            Key = segments is [_, { Length: > 0 } key] ? key : null,
            RequestId = "0000000000000000",
            Body = Stream.Null,
            ContentLength = null,
        }).Definition?.Name;
    }
}
