namespace BleepStore.AppHost.Local;

/// <summary>One line that a resource wrote; numbers grow by one over all resources.</summary>
internal sealed record LogLine(long Number, string Resource, string Text, bool IsError);

/// <summary>The newest lines of all resources, for the views that show a tail. Thread-safe.</summary>
internal sealed class LogBuffer(int capacity)
{
    /// <summary>Longer lines are cut: one runaway line must not fill the memory of the host.</summary>
    private const int LongestLine = 16 * 1024;

    private readonly Lock _lock = new();
    private readonly LogLine[] _lines = new LogLine[capacity];
    private long _next;

    public LogLine Append(string resource, string text, bool isError)
    {
        lock (_lock)
        {
            var line = new LogLine(_next, resource, text.Length > LongestLine ? text[..LongestLine] + "…" : text, isError);
            _lines[_next++ % capacity] = line;
            return line;
        }
    }

    /// <summary>
    /// The newest <paramref name="limit"/> of the lines from <paramref name="from"/> on, oldest first, and the number that comes next.
    /// </summary>
    public (IReadOnlyList<LogLine> Lines, long Next) Since(long from, int limit)
    {
        lock (_lock)
        {
            var first = Math.Max(Math.Max(from, 0), _next - Math.Min(limit, capacity));
            List<LogLine> lines = [];
            for (var number = Math.Max(first, 0); number < _next; number++)
                lines.Add(_lines[number % capacity]);
            return (lines, _next);
        }
    }
}
