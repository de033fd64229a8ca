using System.CommandLine;
using System.CommandLine.Parsing;
using BleepStore.Benchmarks.Load;
using BleepStore.Benchmarks.Wire;

namespace BleepStore.Benchmarks.CommandLine;

/// <summary>The options of <c>load</c>, and what they stand for.</summary>
internal sealed class LoadOptions
{
    private const long MostPreparedBytes = 1 << 30;

    private readonly Argument<Uri?> _endpoint = new("ENDPOINT") { Description = "URL of the server; requests are in path style", CustomParser = ParseUrl };
    private readonly Option<string> _workload = new("--workload") { Description = "get, head or put", DefaultValueFactory = _ => "get" };
    private readonly ByteSizeOption _size = new("--size", "1KiB") { Description = "Bytes of an object" };
    private readonly Option<int?> _keys = new("--keys") { Description = "Objects to spread requests over (default: 20,000, fewer if they are large)" };
    private readonly Option<int> _connections = new("--connections") { Description = "Connections", DefaultValueFactory = _ => 16 };
    private readonly Option<double> _seconds = new("--seconds") { Description = "Time that is counted", DefaultValueFactory = _ => 10 };
    private readonly Option<double> _warmup = new("--warmup") { Description = "Time before it, in seconds", DefaultValueFactory = _ => 2 };
    private readonly Option<string> _accessKey = new("--access-key") { DefaultValueFactory = _ => "bleepstore" };
    private readonly Option<string> _secretKey = new("--secret-key") { DefaultValueFactory = _ => "bleepstore-secret" };
    private readonly Option<string> _region = new("--region") { DefaultValueFactory = _ => "us-east-1" };
    private readonly Option<string> _bucket = new("--bucket") { Description = "Made where it is missing", DefaultValueFactory = _ => "benchmark" };
    private readonly Option<int[]> _pids = new("--pid") { Description = "A process of the server, for what it costs; may be repeated" };
    private readonly Option<bool> _unprepared = new("--unprepared") { Description = "The objects are there already, or the server is a spike" };

    public IEnumerable<Symbol> All
        => [_endpoint, _workload, _size, _keys, _connections, _seconds, _warmup, _accessKey, _secretKey, _region, _bucket, _pids, _unprepared];

    public LoadArguments Read(ParseResult parsed)
    {
        var size = parsed.GetValue(_size);
        return new LoadArguments
        {
            Endpoint = new S3Endpoint(
                parsed.GetValue(_endpoint)!,
                parsed.GetValue(_accessKey)!,
                parsed.GetValue(_secretKey)!,
                parsed.GetValue(_region)!,
                parsed.GetValue(_bucket)!),
            Workload = parsed.GetValue(_workload)!,
            SizeBytes = size,
            Keys = parsed.GetValue(_keys) ?? (int)Math.Clamp(MostPreparedBytes / Math.Max(1, size), 16, 20_000),
            ProcessIds = parsed.GetValue(_pids) ?? [],
            IsPrepared = parsed.GetValue(_unprepared),
            Settings = new LoadSettings
            {
                Connections = parsed.GetValue(_connections),
                Duration = TimeSpan.FromSeconds(parsed.GetValue(_seconds)),
                Warmup = TimeSpan.FromSeconds(parsed.GetValue(_warmup)),
            },
        };
    }

    private static Uri? ParseUrl(ArgumentResult result)
    {
        if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps))
        {
            return url;
        }

        result.AddError($"'{result.Tokens[0].Value}' is no URL such as http://127.0.0.1:9000.");
        return null;
    }
}

/// <summary>What one call of <c>load</c> asks for.</summary>
internal sealed record LoadArguments
{
    public required S3Endpoint Endpoint { get; init; }

    public required string Workload { get; init; }

    public required long SizeBytes { get; init; }

    public required int Keys { get; init; }

    public required int[] ProcessIds { get; init; }

    public required bool IsPrepared { get; init; }

    public required LoadSettings Settings { get; init; }
}
