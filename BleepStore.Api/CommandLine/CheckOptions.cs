using System.CommandLine;
using BleepStore.Api.Configuration;
using BleepStore.Api.Integrity;

namespace BleepStore.Api.CommandLine;

/// <summary>What the command line of <c>fsck</c> or <c>scrub</c> asks for; the settings of the other one are null.</summary>
/// <param name="File">The configuration file; null for the default one.</param>
/// <param name="IsJson">True for one JSON object a line.</param>
/// <param name="MayRepair">True to put right what can be without losing anything.</param>
/// <param name="IsDeep">True for a fsck that reads all bytes.</param>
/// <param name="Scrub">What a scrub is asked for; null for a fsck.</param>
internal sealed record CheckArguments(string? File, bool IsJson, bool MayRepair, bool IsDeep, ScrubSettings? Scrub);

/// <summary>The options of <c>fsck</c> and <c>scrub</c>.</summary>
internal sealed class CheckOptions
{
    private readonly Option<string?> _config = new("--config")
    {
        Description = "YAML configuration file (default: ./bleepstore.yaml if present)",
        HelpName = "FILE",
    };

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line on standard output: findings, progress, and a summary" };

    private readonly Option<bool> _repair = new("--repair")
    {
        Description = "Put right what can be without losing anything: counters, lost owner rows, blobs that the next start would sweep",
    };

    private readonly Option<bool> _deep = new("--deep") { Description = "Read all bytes instead of header, first and last ones" };

    private readonly Option<string?> _rate = new("--rate") { Description = "Bytes a second to read at most, such as 50MiB (default: no bound)", HelpName = "BYTES" };

    private readonly Option<bool> _checksums = new("--checksums")
    {
        Description = "Compare MD5 and stored checksum as well, which notices sound bytes in the wrong place",
    };

    public IEnumerable<Option> OfFsck => [_config, _repair, _deep, _json];

    public IEnumerable<Option> OfScrub => [_config, _rate, _checksums, _json];

    public CheckArguments ReadFsck(ParseResult parsed) => new(
        parsed.GetValue(_config), parsed.GetValue(_json), parsed.GetValue(_repair), parsed.GetValue(_deep), Scrub: null);

    /// <summary>What the command line of a scrub asks for.</summary>
    /// <exception cref="ConfigurationException">The rate is no size.</exception>
    public CheckArguments ReadScrub(ParseResult parsed)
    {
        var rate = 0L;
        if (parsed.GetValue(_rate) is { } text && !ByteSizes.TryParse(text, out rate))
        {
            throw new ConfigurationException($"--rate = {text}: must be a number of bytes a second such as 52428800, 50MiB or 100MB.");
        }

        var scrub = new ScrubSettings(rate, parsed.GetValue(_checksums));
        return new CheckArguments(parsed.GetValue(_config), parsed.GetValue(_json), MayRepair: false, IsDeep: false, scrub);
    }
}
