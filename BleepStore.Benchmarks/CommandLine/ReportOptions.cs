using System.CommandLine;

namespace BleepStore.Benchmarks.CommandLine;

/// <summary>The options that say where results are written beside the terminal.</summary>
internal sealed class ReportOptions
{
    private readonly Option<FileInfo?> _json = new("--json") { HelpName = "FILE", Description = "Write all figures here" };
    private readonly Option<FileInfo?> _svg = new("--svg") { HelpName = "FILE", Description = "Draw them here" };

    public IEnumerable<Option> All => [_json, _svg];

    public ReportFiles Read(ParseResult parsed) => new(parsed.GetValue(_json)?.FullName, parsed.GetValue(_svg)?.FullName);
}

/// <summary>Where results go; null for nowhere.</summary>
internal sealed record ReportFiles(string? Json, string? Svg);
