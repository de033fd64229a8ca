namespace BleepStore.Storage.Local.Packs;

/// <summary>
/// Looks after packs beside the requests, paced: learns what packs of earlier boots hold, removes those that hold nothing, and compacts those
/// of which more is wasted than alive.
/// </summary>
internal sealed class PackUpkeep : IAsyncDisposable
{
    private static readonly TimeSpan PauseBetweenPacks = TimeSpan.FromMilliseconds(10);

    private readonly PackDirectory _directory;
    private readonly PackOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private long _compactions;

    public PackUpkeep(PackDirectory directory, PackOptions options, TimeProvider time)
    {
        _directory = directory;
        _options = options;
        _time = time;
        _loop = options.UpkeepInterval is { } interval && !directory.IsReadOnly ? RunAsync(interval, _stop.Token) : Task.CompletedTask;
    }

    /// <summary>Packs compacted so far.</summary>
    public long Compactions => Volatile.Read(ref _compactions);

    /// <summary>Looks at every pack once.</summary>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        foreach (var pack in _directory.All())
        {
            try
            {
                await TendAsync(pack, cancellationToken);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The pack stays as it is until the next pass; the others get their turn.
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // A defect, which would meet the same pack again and leave those behind it untended.
                pack.IsHeldBack = true;
                throw;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync(TimeSpan interval, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                await TryPassAsync(cancellationToken);
                await Task.Delay(interval, _time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task TryPassAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PassAsync(cancellationToken);
        }
#pragma warning disable CA1031 // One pack is left as it is for it; without upkeep the room of all would be lost.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
        }
    }

    private async Task TendAsync(Pack pack, CancellationToken cancellationToken)
    {
        if (pack.IsActive || pack.IsHeldBack)
        {
            return;
        }

        if (pack.Usage is null)
        {
            await _directory.SyncThreads.RunAsync(static pack => pack.ReadTable(), pack);
            await Task.Delay(PauseBetweenPacks, _time, cancellationToken);
        }

        if (pack.Usage is { Live: 0 })
        {
            await _directory.SyncThreads.RunAsync(static pack => pack.RemoveIfEmpty(), pack);
        }
        else if (pack.Usage is { IsWorthCompacting: true })
        {
            await CompactAsync(pack, cancellationToken);
        }
    }

    private async Task CompactAsync(Pack pack, CancellationToken cancellationToken)
    {
        using var source = pack.Lease();
        // What lives is at least what is copied, and both files exist for a moment.
        if (source?.Header is null || _directory.FreeBytes - pack.Usage!.LiveBytes < _options.UpkeepFreeBytes)
        {
            return;
        }

        var table = pack.TableOf(source);
        using var copy = new PackCopy(_directory, pack, source, [.. table.ToArray().Where(static entry => !entry.IsDead)]);
        while (!copy.IsComplete && !copy.HasDamage)
        {
            long before = copy.CopiedBytes;
            await _directory.SyncThreads.RunAsync(static copy => copy.CopyStride(), copy);
            await Task.Delay(TimeSpan.FromSeconds((copy.CopiedBytes - before) / (double)_options.UpkeepBytesPerSecond), _time, cancellationToken);
        }

        if (copy.HasDamage)
        {
            pack.IsHeldBack = true;
            return;
        }

        await _directory.SyncThreads.RunAsync(static copy => copy.Publish(), copy);
        Interlocked.Increment(ref _compactions);
    }
}
