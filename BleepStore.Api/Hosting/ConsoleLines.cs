using System.Buffers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace BleepStore.Api.Hosting;

/// <summary>
/// Log lines on a stream, gathered for a moment and written together: a write and a woken thread for each line would cost as much as the
/// request it tells of. Nothing is dropped: who logs faster than the reader reads waits. What is worse than information is written at once.
/// </summary>
[ProviderAlias("Console")]
internal sealed class ConsoleLines : ILoggerProvider, ISupportExternalScope
{
    private const int MaxWaitingBytes = 1 << 20;
    private const int MaxKeptCharacters = 4096;

    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(2);

    [ThreadStatic]
    private static StringWriter? _line;

    private readonly ConsoleFormatter _formatter;
    private readonly Stream _output;
    private readonly Thread _thread;
    private readonly object _lock = new();
    private ArrayBufferWriter<byte> _gathered = new();
    private ArrayBufferWriter<byte> _spare = new();
    private IExternalScopeProvider? _scopes;
    private bool _isUrgent;
    private bool _isDisposed;

    /// <summary>Writes to <paramref name="output"/>, which stays the caller's.</summary>
    public ConsoleLines(ConsoleFormatter formatter, Stream output)
    {
        _formatter = formatter;
        _output = output;
        _thread = new Thread(WriteBatches) { IsBackground = true, Name = "Console log" };
        _thread.Start();
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    /// <summary>
    /// Writes what was gathered, unless nobody reads: a reader that stands still must not keep the process from ending. Lines that come later
    /// are lost with the process.
    /// </summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            Monitor.PulseAll(_lock);
        }

        _thread.Join(LongestFarewell);
    }

    private void Add<TState>(in LogEntry<TState> entry)
    {
        var line = _line ??= new StringWriter();
        var text = line.GetStringBuilder();
        _formatter.Write(entry, _scopes, line);
        lock (_lock)
        {
            while (_gathered.WrittenCount >= MaxWaitingBytes && !_isDisposed)
            {
                Monitor.Wait(_lock);
            }

            var isFirst = _gathered.WrittenCount == 0;
            Encoding.UTF8.GetBytes(text.ToString(), _gathered);
            _isUrgent |= entry.LogLevel > LogLevel.Information || _gathered.WrittenCount >= MaxWaitingBytes;
            if (isFirst || _isUrgent)
            {
                Monitor.PulseAll(_lock);
            }
        }

        text.Clear();
        if (text.Capacity > MaxKeptCharacters)
        {
            _line = null;
        }
    }

    private void WriteBatches()
    {
        while (TakeBatch() is { } batch)
        {
            try
            {
                _output.Write(batch.WrittenSpan);
                _output.Flush();
            }
            catch (IOException)
            {
                // Nobody reads the log any more; the store goes on.
            }

            batch.ResetWrittenCount();
        }
    }

    /// <summary>Waits for lines and gives others the time to join them; null at the end.</summary>
    private ArrayBufferWriter<byte>? TakeBatch()
    {
        lock (_lock)
        {
            while (_gathered.WrittenCount == 0 && !_isDisposed)
            {
                Monitor.Wait(_lock);
            }

            if (!_isUrgent && !_isDisposed)
            {
                Monitor.Wait(_lock, Gathering);
            }

            if (_gathered.WrittenCount == 0)
            {
                return null;
            }

            _isUrgent = false;
            (_gathered, _spare) = (_spare, _gathered);
            Monitor.PulseAll(_lock);
            return _spare;
        }
    }

    private sealed class Logger(ConsoleLines lines, string category) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => lines._scopes?.Push(state);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => lines.Add(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter));
    }
}
