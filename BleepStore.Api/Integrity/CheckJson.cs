using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BleepStore.Api.Integrity;

/// <summary>Checks and findings as JSON: the admin API and <c>--json</c> show the same.</summary>
internal static class CheckJson
{
    // Lines are read by programs: no name of an object can break one, and what does not apply is left out.
    private static readonly JsonSerializerOptions OneLine = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.Default,
    };

    /// <summary>A line for one finding.</summary>
    public static string Line(Finding finding) => JsonSerializer.Serialize(FindingView.Of(finding), OneLine);

    /// <summary>A line for how far a check has come.</summary>
    public static string ProgressLine(CheckRun run)
    {
        var tally = run.Tally();
        return JsonSerializer.Serialize(
            new { Type = "progress", Check = run.Name, run.Phase, run.Share, tally.Records, tally.BytesRead, tally.Damaged, tally.Orphans }, OneLine);
    }

    /// <summary>The last line of a check.</summary>
    public static string SummaryLine(CheckRun run)
    {
        var tally = run.Tally();
        return JsonSerializer.Serialize(
            new
            {
                Type = "summary",
                Check = run.Name,
                State = Word(run.State),
                run.Failure,
                run.Limitation,
                tally.Records,
                tally.Blobs,
                tally.BytesRead,
                tally.Damaged,
                tally.Repaired,
                tally.Orphans,
                tally.Skipped,
            },
            OneLine);
    }

    /// <summary>State, numbers and the first findings of a check.</summary>
    public static object View(CheckRun run)
    {
        var tally = run.Tally();
        return new
        {
            Check = run.Name,
            State = Word(run.State),
            run.Failure,
            run.StartedAt,
            run.EndedAt,
            run.Phase,
            run.Share,
            tally.Records,
            tally.Blobs,
            tally.BytesRead,
            tally.Damaged,
            tally.Repaired,
            tally.Orphans,
            tally.Skipped,
            Findings = run.Findings().Select(FindingView.Of).ToArray(),
        };
    }

    private static string Word(CheckState state) => state switch
    {
        CheckState.Running => "running",
        CheckState.Done => "done",
        CheckState.Stopped => "stopped",
        _ => "failed",
    };

    /// <summary>A finding as JSON names its members.</summary>
    private sealed record FindingView(
        string Type,
        string Kind,
        bool Damage,
        bool Repaired,
        string? Bucket,
        string? Key,
        string? VersionId,
        string? UploadId,
        int? PartNumber,
        string? Blob,
        string Detail)
    {
        public static FindingView Of(Finding finding) => new(
            "finding",
            finding.Kind.Word(),
            finding.IsDamage,
            finding.IsRepaired,
            finding.Place.Bucket,
            finding.Place.Key,
            finding.Place.VersionId,
            finding.Place.UploadId,
            finding.Place.PartNumber == 0 ? null : finding.Place.PartNumber,
            finding.Blob?.ToString(),
            finding.Detail);
    }
}
