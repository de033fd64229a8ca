using BleepStore.Metadata.Sqlite;

namespace BleepStore.Tests.Metadata;

/// <summary>That a few queries run at once, and that the others wait without a thread and may give up.</summary>
public sealed class SqliteReadersTests : IAsyncDisposable
{
    private readonly SqliteTestBed _bed = new();
    private readonly SqliteReaders _readers;
    private readonly ManualResetEventSlim _go = new();
    private readonly SemaphoreSlim _running = new(0);

    public SqliteReadersTests() => _readers = new SqliteReaders(_bed.File(_bed.Options.FileName), isReadOnly: false);

    private static int Turns => Math.Max(4, 2 * Environment.ProcessorCount);

    public async ValueTask DisposeAsync()
    {
        _go.Set();
        _readers.Dispose();
        await _bed.DisposeAsync();
        _go.Dispose();
        _running.Dispose();
    }

    [Fact]
    public async Task More_queries_than_turns_wait_and_are_answered()
    {
        var held = await HoldAllAsync();

        var waiting = _readers.ReadAsync(7, static (_, argument) => argument, TestContext.Current.CancellationToken).AsTask();

        waiting.IsCompleted.ShouldBeFalse();
        _go.Set();
        (await waiting.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken)).ShouldBe(7);
        (await Task.WhenAll(held)).ShouldAllBe(answer => answer == 1);
    }

    [Fact]
    public async Task A_query_that_is_given_up_while_it_waits_takes_no_turn()
    {
        var held = await HoldAllAsync();
        using var stop = new CancellationTokenSource();
        var waiting = _readers.ReadAsync(7, static (_, argument) => argument, stop.Token).AsTask();

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        _go.Set();
        await Task.WhenAll(held);
        await Task.WhenAll(await HoldAllAsync());
    }

    [Fact]
    public async Task A_query_that_fails_gives_its_turn_back()
    {
        for (var number = 0; number < 3 * Turns; number++)
        {
            await Should.ThrowAsync<InvalidOperationException>(
                async () => await _readers.ReadAsync<int, int>(0, static (_, _) => throw new InvalidOperationException("no"), TestContext.Current.CancellationToken));
        }

        (await _readers.ReadAsync(7, static (_, argument) => argument, TestContext.Current.CancellationToken)).ShouldBe(7);
    }

    private async Task<Task<int>[]> HoldAllAsync()
    {
        var held = Enumerable.Range(0, Turns).Select(_ => Task.Factory.StartNew(
            () => _readers.ReadAsync(1, Hold, CancellationToken.None).AsTask(),
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()).ToArray();
        for (var number = 0; number < Turns; number++)
        {
            (await _running.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken)).ShouldBeTrue();
        }

        return held;
    }

    private int Hold(SqliteQueries queries, int answer)
    {
        _running.Release();
        _go.Wait(CancellationToken.None);
        return answer;
    }
}
