using BleepStore.Metadata.Commands;

namespace BleepStore.Metadata.Sqlite;

/// <summary>A command that waits for the committer, and who waits for it.</summary>
internal abstract class PendingCommand
{
    /// <summary>Its place while it waits in the queue; null once the committer took it or its request was cancelled.</summary>
    public LinkedListNode<PendingCommand>? Node { get; set; }

    public abstract int SizeBytes { get; }

    public abstract bool FreesSpace { get; }

    public abstract bool IsLarge { get; }

    /// <summary>Applies the command and keeps its outcome.</summary>
    public abstract void Apply(IMetadataTransaction transaction);

    /// <summary>Tells the outcome; only after it is durable.</summary>
    public abstract void Complete();

    public abstract void Fail(Exception error);
}

/// <summary>A command that waits, with its outcome's type.</summary>
internal sealed class PendingCommand<TResult>(MetadataCommand<TResult> command) : PendingCommand
{
    private readonly TaskCompletionSource<TResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TResult? _result;
    private CancellationTokenRegistration _cancellation;

    public Task<TResult> Task => _completion.Task;

    public override int SizeBytes => command.SizeBytes;

    public override bool FreesSpace => command.FreesSpace;

    public override bool IsLarge => command.IsLarge;

    public override void Apply(IMetadataTransaction transaction) => _result = command.Apply(transaction);

    public override void Complete()
    {
        _cancellation.Unregister();
        _completion.TrySetResult(_result!);
    }

    public override void Fail(Exception error)
    {
        _cancellation.Unregister();
        _completion.TrySetException(error);
    }

    /// <summary>Lets the command leave the queue when its request is cancelled before its turn.</summary>
    public void LeaveWhenCancelled(CommandQueue queue, CancellationToken cancellationToken)
    {
        _cancellation = cancellationToken.UnsafeRegister(
            (_, token) =>
            {
                if (queue.TryLeave(this))
                {
                    _completion.TrySetCanceled(token);
                }
            },
            state: null);
        if (_completion.Task.IsCompleted)
        {
            // It was done before the registration could be kept.
            _cancellation.Unregister();
        }
    }
}
