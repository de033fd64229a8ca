using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Authentication;
using BleepStore.Benchmarks.Wire;

namespace BleepStore.Benchmarks.Load;

/// <summary>One connection's thread: sends, waits for the whole answer, counts, again. With a schedule, it sends when the next request is due.</summary>
internal sealed class ConnectionLoop(S3Endpoint endpoint, IRequestSource source, LoadPhase phase, ArrivalSchedule? schedule)
{
    // A server that answers nothing but errors needs no more proof.
    private const int MostErrors = 20;

    private long _operations;

    /// <summary>Operations counted so far; read by the progress line while the loop runs.</summary>
    public long Operations => Volatile.Read(ref _operations);

    public long Bytes { get; private set; }

    public LatencyHistogram Latency { get; } = new();

    public long Errors { get; private set; }

    public string? FirstError { get; private set; }

    public void Run()
    {
        using var connection = new HttpConnection(endpoint.Url);
        while (!phase.IsOver && Errors < MostErrors)
        {
            var started = schedule is null ? Stopwatch.GetTimestamp() : schedule.Take();
            if (started is not { } due || source.Next() is not { } request)
            {
                return;
            }

            if (schedule is not null)
            {
                PreciseSleep.Until(due);
            }

            Measure(connection, request, due);
        }
    }

    private void Measure(HttpConnection connection, PreparedRequest request, long started)
    {
        try
        {
            var answer = connection.Send(request);
            if (Fault(connection, request, answer) is { } fault)
            {
                Fail(fault);
            }
            else if (schedule is null ? phase.IsRecording : started >= schedule.CountFrom)
            {
                Latency.Add(Stopwatch.GetElapsedTime(started));
                Bytes += request.PayloadBytes + answer.BodyBytes;
                Volatile.Write(ref _operations, _operations + 1);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException)
        {
            Fail(e.Message);
        }
    }

    private static string? Fault(HttpConnection connection, PreparedRequest request, HttpAnswer answer)
    {
        if (!answer.IsSuccess)
        {
            return $"{answer.Status} {connection.LastBody}".Trim();
        }

        if (request.MayHideError && connection.LastBody.Contains("<Error>", StringComparison.Ordinal))
        {
            return $"{answer.Status} with {connection.LastBody}";
        }

        return request.AnswerBytes is { } expected && answer.BodyBytes != expected
            ? $"{answer.Status} with {answer.BodyBytes} bytes instead of {expected}"
            : null;
    }

    private void Fail(string fault)
    {
        Errors++;
        FirstError ??= fault;
    }
}
