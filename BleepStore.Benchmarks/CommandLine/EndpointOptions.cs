using System.CommandLine;
using BleepStore.Benchmarks.Load;
using BleepStore.Benchmarks.Wire;

namespace BleepStore.Benchmarks.CommandLine;

/// <summary>The options that say where an S3 server is, with whose keys it is asked, and which processes it has.</summary>
/// <param name="prefix">Before every option's name: empty, or <c>peer-</c>.</param>
internal sealed class EndpointOptions(string prefix)
{
    private readonly Option<string> _accessKey = new($"--{prefix}access-key") { HelpName = "KEY", DefaultValueFactory = _ => "bleepstore" };
    private readonly Option<string> _secretKey = new($"--{prefix}secret-key") { HelpName = "KEY", DefaultValueFactory = _ => "bleepstore-secret" };
    private readonly Option<string> _region = new($"--{prefix}region") { HelpName = "NAME", DefaultValueFactory = _ => "us-east-1" };
    private readonly Option<string> _bucket = new($"--{prefix}bucket") { HelpName = "NAME", Description = "Made where it is missing", DefaultValueFactory = _ => "benchmark" };
    private readonly Option<int[]> _processes = new($"--{prefix}pid")
    {
        HelpName = "ID",
        Description = "A process of that server, for what it costs; several may be given",
        AllowMultipleArgumentsPerToken = true,
    };

    public IEnumerable<Option> All => [_accessKey, _secretKey, _region, _bucket, _processes];

    public LoadTarget Read(ParseResult parsed, string name, Uri url, bool isS3) => new(
        name,
        new S3Endpoint(url, parsed.GetValue(_accessKey)!, parsed.GetValue(_secretKey)!, parsed.GetValue(_region)!, parsed.GetValue(_bucket)!),
        parsed.GetValue(_processes) ?? [],
        isS3);
}
