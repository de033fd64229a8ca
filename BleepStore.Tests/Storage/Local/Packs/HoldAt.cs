using BleepStore.Storage;

namespace BleepStore.Tests.Storage.Local.Packs;

/// <summary>Holds whoever comes first to a crash point until it is released, and may then throw at another.</summary>
internal sealed class HoldAt(string name) : ICrashPoints, IDisposable
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _release = new();

    public Task Reached => _reached.Task;

    /// <summary>Thrown at that point, once the hold has ended.</summary>
    public (string Name, Exception Exception)? Next { get; set; }

    public void Release() => _release.Set();

    public void Hit(string point)
    {
        if (point == name && _reached.TrySetResult())
        {
            _release.Wait(TestContext.Current.CancellationToken);
        }
        else if (Next is var (next, exception) && next == point)
        {
            Next = null;
            throw exception;
        }
    }

    public void Dispose() => _release.Dispose();
}
