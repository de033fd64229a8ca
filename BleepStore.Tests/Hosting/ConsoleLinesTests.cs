using System.Text;
using BleepStore.Api.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace BleepStore.Tests.Hosting;

/// <summary>The console log gathers lines, and loses none for it.</summary>
public sealed class ConsoleLinesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lines_of_many_threads_all_arrive_whole_and_each_threads_in_order()
    {
        using var output = new MemoryStream();
        using (var lines = new ConsoleLines(new PlainFormatter(), output))
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
            {
                var logger = lines.CreateLogger("test");
                for (var i = 0; i < 1000; i++)
                {
                    Log(logger, LogLevel.Information, $"{thread} {i} \U0001F600");
                }
            }, Cancellation)));
        }

        var written = Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        written.Length.ShouldBe(8000);
        foreach (var thread in written.GroupBy(line => line.Split(' ')[0]))
        {
            thread.ShouldBe(Enumerable.Range(0, 1000).Select(i => $"{thread.Key} {i} \U0001F600"));
        }
    }

    [Fact]
    public async Task A_warning_is_written_without_waiting_for_the_end()
    {
        using var output = new GatedStream();
        using var lines = new ConsoleLines(new PlainFormatter(), output);
        output.Open();
        Log(lines.CreateLogger("test"), LogLevel.Warning, "danger");
        await output.FirstWrite.WaitAsync(Patience.Limit, Cancellation);
    }

    [Fact]
    public async Task Who_logs_faster_than_the_reader_reads_waits_and_loses_nothing()
    {
        const int count = 3000;
        using var output = new GatedStream();
        using var lines = new ConsoleLines(new PlainFormatter(), output);
        var logged = 0;
        var logging = Task.Run(() =>
        {
            var logger = lines.CreateLogger("test");
            for (; logged < count; logged++)
            {
                Log(logger, LogLevel.Information, new string('x', 1023));
            }
        }, Cancellation);
        await output.FirstWrite.WaitAsync(Patience.Limit, Cancellation);

        // The write that does not end, and one batch that is full.
        logging.IsCompleted.ShouldBeFalse();
        output.Open();
        await logging.WaitAsync(Patience.Limit, Cancellation);
        lines.Dispose();
        output.Written.ShouldBe(count * 1024);
    }

    [Fact]
    public async Task An_end_does_not_wait_for_a_reader_that_stands_still()
    {
        using var output = new GatedStream();
        using var lines = new ConsoleLines(new PlainFormatter(), output);
        Log(lines.CreateLogger("test"), LogLevel.Warning, "danger");
        await output.FirstWrite.WaitAsync(Patience.Limit, Cancellation);

        try
        {
            await Task.Run(lines.Dispose, Cancellation).WaitAsync(Patience.Limit, Cancellation);
            output.Written.ShouldBe(0);
        }
        finally
        {
            output.Open();
        }

        lines.Dispose();
        output.Written.ShouldBe("danger\n".Length);
    }

    private static void Log(ILogger logger, LogLevel level, string text) => logger.Log(level, default, text, exception: null, static (state, _) => state);

    private sealed class PlainFormatter() : ConsoleFormatter("plain")
    {
        public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
        {
            textWriter.Write(logEntry.Formatter(logEntry.State, logEntry.Exception));
            textWriter.Write('\n');
        }
    }

    /// <summary>A pipe whose reader has yet to come.</summary>
    private sealed class GatedStream : MemoryStream
    {
        private readonly ManualResetEventSlim _gate = new();
        private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task FirstWrite => _first.Task;

        public long Written { get; private set; }

        public void Open() => _gate.Set();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _first.TrySetResult();
            _gate.Wait(Cancellation);
            Written += buffer.Length;
        }

        protected override void Dispose(bool disposing)
        {
            _gate.Dispose();
            base.Dispose(disposing);
        }
    }
}
