namespace BleepStore.Benchmarks.Reports;

/// <summary>One line that is written over on a terminal, and nothing anywhere else.</summary>
internal sealed class ProgressLine(TextWriter output)
{
    private readonly bool _isTerminal = !Console.IsOutputRedirected;

    public void Show(string text)
    {
        if (_isTerminal)
        {
            output.Write($"\r{text}\e[K");
        }
    }

    public void Clear() => Show("");
}
