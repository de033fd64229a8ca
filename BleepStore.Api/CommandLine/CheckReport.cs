using System.Globalization;
using BleepStore.Api.Integrity;

namespace BleepStore.Api.CommandLine;

/// <summary>
/// Shows a check to people or programs: findings and the summary on standard output, progress on standard error as a bar where that is a
/// terminal and as a line every few seconds elsewhere; or all of it as JSON lines on standard output.
/// </summary>
internal sealed class CheckReport(TextWriter output, TextWriter errors, bool isJson)
{
    private const int BarWidth = 30;
    private const string ClearLine = "\r\u001b[K";

    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BarInterval = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly bool _isJson = isJson;
    private readonly bool _hasBar = !isJson && ReferenceEquals(errors, Console.Error) && !Console.IsErrorRedirected;

    /// <summary>Shows a finding at once.</summary>
    public void Show(Finding finding) => WriteLine(_isJson ? CheckJson.Line(finding) : finding.ToString());

    /// <summary>Shows how far the check is until the answer is disposed.</summary>
    public IAsyncDisposable ShowProgress(CheckRun run, TimeProvider time) => new Progress(this, run, time);

    public void ShowSummary(CheckRun run)
    {
        if (_isJson)
        {
            WriteLine(CheckJson.SummaryLine(run));
            return;
        }

        var tally = run.Tally();
        var end = run.State == CheckState.Stopped ? ", stopped before the end" : "";
        var repaired = tally.Repaired > 0 ? $", {tally.Repaired} repaired" : "";
        var orphans = tally.Orphans > 0 ? $", {tally.Orphans} blobs that no row names" : "";
        var verdict = tally.Damaged == 0 ? "no damage found" : $"{tally.Damaged} damaged";
        if (run.Limitation is { } limitation)
        {
            WriteLine($"{run.Name}: {limitation}");
        }

        if (run.Failure is { } failure)
        {
            WriteLine($"{run.Name}: {failure}");
        }

        WriteLine($"{run.Name}: {tally.Records} objects and parts, {Size(tally.BytesRead)} read{end}: {verdict}{repaired}{orphans}");
    }

    /// <summary>A size as people read it.</summary>
    internal static string Size(double bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        var unit = 0;
        for (; bytes >= 1024 && unit < units.Length - 1; unit++)
        {
            bytes /= 1024;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0.#} {units[unit]}");
    }

    private void WriteLine(string line)
    {
        lock (_lock)
        {
            if (_hasBar)
            {
                errors.Write(ClearLine);
            }

            output.WriteLine(line);
            output.Flush();
        }
    }

    private void ShowBar(string line)
    {
        lock (_lock)
        {
            // A line that wraps could not be cleared.
            errors.Write(ClearLine + line[..Math.Min(line.Length, Math.Max(0, Console.WindowWidth - 1))]);
            errors.Flush();
        }
    }

    private void ShowLine(string line)
    {
        lock (_lock)
        {
            errors.WriteLine(line);
            errors.Flush();
        }
    }

    private sealed class Progress : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly CheckReport _report;
        private readonly CheckRun _run;
        private readonly TimeProvider _time;
        private readonly Task _shown;

        public Progress(CheckReport report, CheckRun run, TimeProvider time)
        {
            (_report, _run, _time) = (report, run, time);
            _shown = Task.Run(ShowAsync, CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _shown;
            _end.Dispose();
            if (_report._hasBar)
            {
                _report.ShowBar("");
            }
        }

        private async Task ShowAsync()
        {
            var started = _time.GetTimestamp();
            var interval = _report._hasBar ? BarInterval : LineInterval;
            while (true)
            {
                await Task.Delay(interval, _time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (_end.IsCancellationRequested)
                {
                    return;
                }

                ShowOnce(_time.GetElapsedTime(started));
            }
        }

        private void ShowOnce(TimeSpan elapsed)
        {
            if (_report._isJson)
            {
                _report.WriteLine(CheckJson.ProgressLine(_run));
                return;
            }

            var tally = _run.Tally();
            var numbers = $"{tally.Records} objects and parts, {Size(tally.BytesRead)} read, {Size(tally.BytesRead / elapsed.TotalSeconds)}/s, {tally.Damaged} damaged";
            var share = _run.Share is { } known ? string.Create(CultureInfo.InvariantCulture, $" {known * 100:0}%") : "";
            if (_report._hasBar)
            {
                var filled = (int)((_run.Share ?? 0) * BarWidth);
                _report.ShowBar($"{_run.Name} {_run.Phase} [{new string('#', filled)}{new string(' ', BarWidth - filled)}]{share}  {numbers}");
            }
            else
            {
                _report.ShowLine($"{_run.Name}: {_run.Phase}{share}, {numbers}");
            }
        }
    }
}
