using BleepStore.Api.Observability;
using Microsoft.Extensions.Logging;

namespace BleepStore.Tests.Observability;

/// <summary>The access log tells all of a request in one line that no stranger can bend.</summary>
public sealed class AccessLogTests : IDisposable
{
    private readonly LineCollector _lines = new();

    public void Dispose() => _lines.Dispose();

    [Fact]
    public void A_request_is_one_line_with_everything_an_operator_looks_for()
    {
        Log().Completed(Summaries.Of(status: 404, error: "NoSuchKey", received: 12, sent: 345, milliseconds: 6.789));
        _lines.Lines.ShouldHaveSingleItem().ShouldBe(
            """
            request_id=00000000000000AB trace_id=- remote=127.0.0.1 access_key="alice-key" method=PUT operation=PutObject bucket="bucket" key="key" status=404 error=NoSuchKey bytes_in=12 bytes_out=345 duration_ms=6.789 user_agent="test/1.0"
            """);
        _lines.Categories.ShouldBe(["BleepStore.Access"]);
    }

    [Theory]
    [InlineData("a\r\nforged line")]
    [InlineData("a\" status=200 key=\"b")]
    [InlineData("a\u001b[2Jb")]
    [InlineData("a\u2028b")]
    [InlineData("a\u202Eb")]
    [InlineData("a\\b")]
    public void A_key_cannot_forge_a_line_or_a_field(string key)
    {
        Log().Completed(Summaries.Of(key: key, userAgent: key));
        var line = _lines.Lines.ShouldHaveSingleItem();
        line.ShouldNotContain(character => char.IsControl(character) || character == '\u2028' || character == '\u202E');
        line.Count(character => character == '"').ShouldBe(8);
    }

    [Fact]
    public void Ordinary_keys_stay_readable()
    {
        Log().Completed(Summaries.Of(key: "photos/2024 über 😀.jpg"));
        _lines.Lines.ShouldHaveSingleItem().ShouldContain("key=\"photos/2024 über 😀.jpg\"");
    }

    [Fact]
    public void A_long_user_agent_is_cut()
    {
        Log().Completed(Summaries.Of(userAgent: new string('x', 10_000)));
        _lines.Lines.ShouldHaveSingleItem().Length.ShouldBeLessThan(700);
    }

    private AccessLog Log() => new(_lines);

    private sealed class LineCollector : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

        public List<string> Categories { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName)
        {
            Categories.Add(categoryName);
            return this;
        }

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => Lines.Add(formatter(state, exception));
    }
}
