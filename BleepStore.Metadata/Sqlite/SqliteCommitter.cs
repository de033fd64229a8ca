using System.Runtime.InteropServices;

namespace BleepStore.Metadata.Sqlite;

/// <summary>
/// The one thread that writes: takes whatever commands wait, commits them as one transaction, and only then tells their outcomes. After
/// any error it
/// rolls back, tells nothing, and applies the commands one by one, so that one cannot harm another.
/// </summary>
internal sealed class SqliteCommitter
{
    /// <summary>Commands in one transaction.</summary>
    private const int BatchCount = 256;

    /// <summary>Estimated bytes in one transaction.</summary>
    private const long BatchBytes = 4L << 20;

    /// <summary>Steps in which free pages go back to the file system before commands get their turn.</summary>
    private const int RecoveryRounds = 16;

    private readonly SqliteWriter _writer;
    private readonly SpaceReserve _reserve;
    private readonly CommandQueue _queue;
    private readonly Action<string> _crashPoint;
    private readonly Action<string> _fatal;
    private readonly TimeSpan _batchTime;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PendingCommand> _batch = new(BatchCount);
    private long _published;
    private volatile Exception? _failure;

    public SqliteCommitter(
        SqliteWriter writer, SpaceReserve reserve, CommandQueue queue, TimeSpan batchTime, TimeProvider time, Action<string> crashPoint, Action<string> fatal)
    {
        _batchTime = batchTime;
        _time = time;
        _writer = writer;
        _reserve = reserve;
        _queue = queue;
        _crashPoint = crashPoint;
        _fatal = fatal;
        _published = writer.Transaction.CommittedSequence;
        new Thread(Run) { IsBackground = true, Name = "metadata committer" }.Start();
    }

    /// <summary>Sequence of the last command that queries see.</summary>
    public long PublishedSequence => Volatile.Read(ref _published);

    /// <summary>Ends when the queue is closed and its commands are done.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Throws what keeps the committer from serving commands.</summary>
    public void CheckHealth()
    {
        if (_failure is { } failure)
        {
            throw new MetadataUnavailableException("Metadata commands are no longer applied.", outcomeUnknown: false, failure);
        }

        if (_ended.Task.IsCompleted)
        {
            throw new MetadataUnavailableException("The metadata store is closed.", outcomeUnknown: false);
        }
    }

    private void Run()
    {
        try
        {
            while (_failure is null && _queue.Take(_batch, BatchCount, BatchBytes))
            {
                if (_reserve.IsMissing)
                {
                    RecoverSpace();
                }

                RunBatch();
                _batch.Clear();
                BetweenBatches(_writer.CheckpointWhenDue);
            }
        }
#pragma warning disable CA1031 // Nobody is above this frame; the process ends with what it was.
        catch (Exception error)
        {
            Die("The metadata committer failed", error);
        }
#pragma warning restore CA1031

        if (_failure is { } failure)
        {
            // Nothing is applied any more, so whoever waits gets a definite answer.
            do
            {
                _batch.ForEach(pending => pending.Fail(Unavailable(failure, outcomeUnknown: false)));
                _batch.Clear();
            }
            while (_queue.Take(_batch, BatchCount, BatchBytes));
        }

        _ended.TrySetResult();
    }

    private void RunBatch()
    {
        var waiting = CollectionsMarshal.AsSpan(_batch);
        while (!_reserve.IsMissing && waiting.Length > 1 && TryCommit(waiting, out var committed) is null)
        {
            waiting = waiting[committed..];
        }

        foreach (var pending in waiting)
        {
            if (_failure is { } failure)
            {
                pending.Fail(Unavailable(failure, outcomeUnknown: false));
                continue;
            }

            RunAlone(pending);
        }
    }

    private void RunAlone(PendingCommand pending)
    {
        if (_reserve.IsMissing && !pending.FreesSpace)
        {
            pending.Fail(new MetadataFullException("There is no room for more metadata: only commands that free bytes run."));
            return;
        }

        var hadReserve = !_reserve.IsMissing;
        var error = TryCommit([pending], out _);
        if (error is SqliteEngineException { IsFull: true } && _reserve.IsMissing && pending.FreesSpace && _failure is null)
        {
            if (!hadReserve)
            {
                // Somebody else took the reserve's room: what is left is to begin the journal anew.
                RecoverSpace();
            }

            error = TryCommit([pending], out _);
        }

        if (error is not null)
        {
            var told = (error as SqliteEngineException)?.ToPublic() ?? error;
            pending.Fail(_failure is not null ? Unavailable(error, outcomeUnknown: true) : told);
        }
    }

    /// <summary>
    /// Commits the first commands, as many as its time allows, as one transaction and tells their outcomes; or rolls back, tells nothing, and gives
    /// the error.
    /// </summary>
    private Exception? TryCommit(ReadOnlySpan<PendingCommand> commands, out int applied)
    {
        var transaction = _writer.Transaction;
        var committing = false;
        applied = 0;
        try
        {
            transaction.Begin();
            var begun = _time.GetTimestamp();
            do
            {
                transaction.BeginCommand();
                commands[applied].Apply(transaction);
                transaction.EndCommand();
                applied++;
            }
            while (applied < commands.Length && _time.GetElapsedTime(begun) < _batchTime);

            transaction.Flush();
            committing = true;
            _crashPoint("commit.before");
            transaction.Commit();
        }
#pragma warning disable CA1031 // A bug in one command is that command's failure, told after it failed alone too.
        catch (Exception error)
        {
            return Undo(error, committing, commands[..Math.Min(applied + 1, commands.Length)]);
        }
#pragma warning restore CA1031

        _crashPoint("commit.after");
        Volatile.Write(ref _published, transaction.CommittedSequence);
        foreach (var pending in commands[..applied])
        {
            pending.Complete();
        }

        return null;
    }

    private Exception Undo(Exception error, bool committing, ReadOnlySpan<PendingCommand> commands)
    {
        if (error is SqliteEngineException engine && (engine.IsFailedSync || (committing && engine.IsInputOutput)))
        {
            // The journal may or may not hold the commit: only a restart tells, so nobody may be told anything definite.
            Die("Metadata could not be made durable", error);
            foreach (var pending in commands)
            {
                pending.Fail(Unavailable(error, outcomeUnknown: true));
            }

            return error;
        }

        try
        {
            _writer.Transaction.Rollback();
        }
        catch (SqliteEngineException rollback)
        {
            Die("A metadata transaction could not be rolled back", rollback);
            return error;
        }

        if (error is SqliteEngineException { IsFull: true })
        {
            _reserve.Release();
        }

        return error;
    }

    /// <summary>
    /// While the reserve is missing: folds the journal, gives free pages back, and makes the reserve anew as soon as there is room.
    /// </summary>
    private void RecoverSpace()
    {
        BetweenBatches(() =>
        {
            var more = true;
            for (var round = 0; !_reserve.TryRestore() && more && round < RecoveryRounds; round++)
            {
                more = _writer.GiveBack();
            }

            _reserve.TryRestore();
        });
    }

    private void BetweenBatches(Action work)
    {
        if (_failure is not null)
        {
            return;
        }

        try
        {
            work();
        }
        catch (SqliteEngineException error) when (error.IsFailedSync)
        {
            Die("Metadata could not be made durable", error);
        }
        catch (SqliteEngineException)
        {
            // Nothing is lost: what the journal holds stays there until the next time.
        }
    }

    private void Die(string what, Exception error)
    {
        _failure = error;
        _queue.Close(Unavailable(error, outcomeUnknown: false));
        _fatal($"{what} ({error.Message})");
    }

    private static MetadataUnavailableException Unavailable(Exception error, bool outcomeUnknown)
        => new("Metadata commands are no longer applied.", outcomeUnknown, error);
}
