using System.CommandLine;
using BleepStore.Benchmarks.Bars;
using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.CommandLine;

/// <summary>What one call of <c>bars</c> asks for.</summary>
internal sealed record BarsArguments(
    string Directory, string? Program, IReadOnlyList<BarGroup> Groups, BarScale Scale, LoadTarget? Peer, PeerKind PeerKind, ReportFiles Reports);

/// <summary>The options of <c>bars</c>.</summary>
internal sealed class BarsOptions
{
    private readonly Option<DirectoryInfo> _data = new("--data")
    {
        HelpName = "DIR",
        Description = "Where the servers' files lie while they run: on a journaled file system (see mkdisk.sh), or PUT figures mean nothing",
        Required = true,
    };

    private readonly Option<FileInfo?> _server = new("--server") { HelpName = "FILE", Description = "The store's program (default: the one of this build)" };
    private readonly Option<string[]> _only = new("--only")
    {
        HelpName = "NAMES",
        Description = $"These, separated by commas: {string.Join(", ", BarCatalog.Groups.Select(group => group.IsLong ? $"{group.Name} (long)" : group.Name))}",
        CustomParser = result => result.Tokens.SelectMany(token => token.Value.Split(',')).ToArray(),
        DefaultValueFactory = _ => [],
    };

    private readonly Option<bool> _short = new("--short") { Description = "Everything once and small: shows whether anything errs, not what anything costs" };
    private readonly Option<double?> _seconds = new("--seconds") { HelpName = "N", Description = "Time of one measurement (default: 3)" };
    private readonly Option<int?> _rounds = new("--rounds") { HelpName = "N", Description = "Measurements of each, in turn (default: 5)" };
    private readonly Option<Uri?> _peer = new("--peer") { HelpName = "URL", Description = "Another S3 server for the same rounds", CustomParser = UrlParser.Parse };
    private readonly Option<PeerKind> _peerKind = new("--peer-kind") { HelpName = "KIND", Description = "minio or ceph: whose bars count (default: other, none)" };
    private readonly EndpointOptions _peerServer = new("peer-");
    private readonly ReportOptions _reports = new();

    public BarsOptions() => _only.Validators.Add(result =>
    {
        foreach (var name in result.GetValueOrDefault<string[]>()!.Where(name => BarCatalog.Groups.All(group => group.Name != name)))
        {
            result.AddError($"There are no bars '{name}'.");
        }
    });

    public IEnumerable<Option> All => [_data, _server, _only, _short, _seconds, _rounds, _peer, _peerKind, .. _peerServer.All, .. _reports.All];

    public BarsArguments Read(ParseResult parsed)
    {
        var scale = parsed.GetValue(_short) ? BarScale.Short : new BarScale();
        return new BarsArguments(
            parsed.GetValue(_data)!.FullName,
            parsed.GetValue(_server)?.FullName,
            BarCatalog.Select(parsed.GetValue(_only)!),
            scale with
            {
                Rounds = parsed.GetValue(_rounds) ?? scale.Rounds,
                Duration = parsed.GetValue(_seconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : scale.Duration,
            },
            parsed.GetValue(_peer) is { } url ? _peerServer.Read(parsed, "peer", url, isS3: true) : null,
            parsed.GetValue(_peerKind),
            _reports.Read(parsed));
    }
}
