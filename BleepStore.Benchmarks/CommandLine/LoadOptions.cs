using System.CommandLine;
using BleepStore.Benchmarks.Load;
using BleepStore.Benchmarks.Workloads;

namespace BleepStore.Benchmarks.CommandLine;

/// <summary>What one call of <c>load</c> asks for.</summary>
internal sealed record LoadArguments(
    IReadOnlyList<LoadTarget> Targets, string WorkloadName, WorkloadSettings Workload, LoadSettings Settings, int Rounds, ReportFiles Reports);

/// <summary>The options of <c>load</c>, and what they stand for.</summary>
internal sealed class LoadOptions
{
    private readonly EndpointOptions _server = new("");
    private readonly EndpointOptions _peerServer = new("peer-");
    private readonly ReportOptions _reports = new();
    private readonly Option<Uri?> _peer = new("--peer") { HelpName = "URL", Description = "Another S3 server, driven in turn with the first", CustomParser = UrlParser.Parse };
    private readonly Option<string> _workload = new("--workload") { HelpName = "NAME", DefaultValueFactory = _ => "get" };
    private readonly ByteSizeOption _size = new("--size", "1KiB") { Description = "Bytes of an object" };
    private readonly Option<int?> _keys = new("--keys") { HelpName = "N", Description = "Objects, or uploads (default: 20,000, fewer if they are large)" };
    private readonly Option<string> _form = new("--form")
    {
        HelpName = "FORM",
        Description = "presigned, unsigned (header), sha256 (header), signed-chunks or trailer",
        DefaultValueFactory = _ => "presigned",
    };

    private readonly Option<string> _checksum = new("--checksum")
    {
        HelpName = "NAME",
        Description = "crc32, crc32c, crc64nvme or none: in a header, or in the trailer (default there: crc32)",
        DefaultValueFactory = _ => "none",
    };

    private readonly Option<ListPosition> _at = new("--at") { HelpName = "PLACE", Description = "Where a page begins: start, middle or end" };
    private readonly Option<bool> _delimiter = new("--delimiter") { Description = "List common prefixes" };
    private readonly Option<int> _parts = new("--parts") { HelpName = "N", Description = "Parts of an upload", DefaultValueFactory = _ => 64 };
    private readonly ByteSizeOption _partSize = new("--part-size", "5MiB") { Description = "Bytes of a part" };
    private readonly Option<int> _connections = new("--connections") { HelpName = "N", DefaultValueFactory = _ => 16 };
    private readonly Option<double?> _rate = new("--rate")
    {
        HelpName = "N",
        Description = "Requests a second, sent when they are due; times count from then. Without it, the next is sent when the last is answered",
    };

    private readonly Option<double> _seconds = new("--seconds") { HelpName = "N", Description = "Time that is counted", DefaultValueFactory = _ => 10 };
    private readonly Option<double> _warmup = new("--warmup") { HelpName = "N", Description = "Seconds before it", DefaultValueFactory = _ => 2 };
    private readonly Option<int?> _requests = new("--requests") { HelpName = "N", Description = "Ends after so many requests, all of them counted" };
    private readonly Option<int?> _rounds = new("--rounds") { HelpName = "N", Description = "Runs of each server (default: 1, with a peer 5)" };
    private readonly Option<bool> _unprepared = new("--unprepared") { Description = "Everything is there already, or the server is a spike" };

    public LoadOptions()
    {
        _workload.Description = $"One of: {string.Join("; ", WorkloadCatalog.Names.Select(entry => $"{entry.Key} ({entry.Value})"))}";
        _workload.AcceptOnlyFromAmong([.. WorkloadCatalog.Names.Keys]);
        _form.AcceptOnlyFromAmong("presigned", "unsigned", "sha256", "signed-chunks", "trailer");
        _checksum.AcceptOnlyFromAmong("none", "crc32", "crc32c", "crc64nvme");
    }

    public Argument<Uri?> Url { get; } = new("ENDPOINT") { Description = "URL of the server; requests are in path style", CustomParser = UrlParser.Parse };

    public IEnumerable<Option> All =>
    [
        _workload, _size, _keys, _form, _checksum, _at, _delimiter, _parts, _partSize, _connections, _rate, _seconds, _warmup, _requests, _rounds, _unprepared,
        .. _server.All, _peer, .. _peerServer.All, .. _reports.All,
    ];

    public LoadArguments Read(ParseResult parsed)
    {
        var isS3 = !parsed.GetValue(_unprepared);
        var peer = parsed.GetValue(_peer);
        var server = _server.Read(parsed, "server", parsed.GetValue(Url)!, isS3);
        return new LoadArguments(
            peer is null ? [server] : [server, _peerServer.Read(parsed, "peer", peer, isS3)],
            parsed.GetValue(_workload)!,
            new WorkloadSettings
            {
                SizeBytes = parsed.GetResult(_size) is { Implicit: false } ? parsed.GetValue(_size) : null,
                Keys = parsed.GetValue(_keys),
                Proof = new UploadProof(UploadProof.FindForm(parsed.GetValue(_form)!)!.Value, UploadProof.FindChecksum(parsed.GetValue(_checksum)!)),
                Position = parsed.GetValue(_at),
                HasDelimiter = parsed.GetValue(_delimiter),
                Parts = parsed.GetValue(_parts),
                PartBytes = parsed.GetValue(_partSize),
            },
            new LoadSettings
            {
                Connections = parsed.GetValue(_connections),
                Duration = TimeSpan.FromSeconds(parsed.GetValue(_seconds)),
                Warmup = TimeSpan.FromSeconds(parsed.GetValue(_warmup)),
                Requests = parsed.GetValue(_requests),
                Rate = parsed.GetValue(_rate),
            },
            parsed.GetValue(_rounds) ?? (peer is null ? 1 : 5),
            _reports.Read(parsed));
    }
}
