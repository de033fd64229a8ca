using BleepStore.Api.Configuration;
using Microsoft.Extensions.Logging.Console;

namespace BleepStore.Api.Hosting;

/// <summary>Log lines on standard output, one line each, as text or JSON.</summary>
internal static class ConsoleLogging
{
    // ISO 8601 with milliseconds; the log says UTC whatever the machine's zone.
    private const string TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";

    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";
    private const string RequestCategory = "Microsoft.AspNetCore.Hosting.Diagnostics";
    private const string Http2Category = "Microsoft.AspNetCore.Server.Kestrel.Http2";

    /// <summary>
    /// Keeps the targets of requests out of every log, at any level: a presigned one opens what it names to whoever reads it. The access log has what
    /// may be told.
    /// </summary>
    public static void HideTargets(ILoggingBuilder logging, LogLevel minimum)
        => logging.AddFilter(RequestCategory, level => level >= LogLevel.Warning && level >= minimum);

    /// <summary>
    /// Keeps a client's HTTP/2 frames from writing critical lines, thousands a second: the web server ends such a connection, which is all there is to do.
    /// </summary>
    public static void MuteFloods(ILoggingBuilder logging, LogLevel minimum)
        => logging.AddFilter(Http2Category, level => level < LogLevel.Warning && level >= minimum);

    /// <summary>Sets up the console as the configuration says.</summary>
    /// <param name="logging">What to set up.</param>
    /// <param name="options">Level and format.</param>
    /// <param name="isStarted">False during the start, whose failures are told in one line elsewhere.</param>
    public static void Configure(ILoggingBuilder logging, LoggingOptions options, Func<bool> isStarted)
    {
        logging.SetMinimumLevel(options.Level);
        logging.AddFilter(HostCategory, level => isStarted() && level >= LogLevel.Warning && level >= options.Level);
        // The server's own remarks on each connection are noise at levels where ours are not.
        if (options.Level == LogLevel.Information)
        {
            logging.AddFilter("Microsoft", LogLevel.Warning);
        }

        if (options.Format == LogFormat.Json)
        {
            logging.AddJsonConsole(console =>
            {
                console.UseUtcTimestamp = true;
                console.TimestampFormat = TimestampFormat.TrimEnd();
                console.IncludeScopes = true;
            });
        }
        else
        {
            logging.AddSimpleConsole(console =>
            {
                console.UseUtcTimestamp = true;
                console.TimestampFormat = TimestampFormat;
                console.SingleLine = true;
            });
        }

        // The framework's formatters are registered by now; its provider would write each line by itself.
        var formatter = options.Format == LogFormat.Json ? ConsoleFormatterNames.Json : ConsoleFormatterNames.Simple;
        logging.ClearProviders();
        logging.Services.AddSingleton<ILoggerProvider>(provider => new ConsoleLines(
            provider.GetServices<ConsoleFormatter>().First(candidate => candidate.Name == formatter), Console.OpenStandardOutput()));
    }
}
