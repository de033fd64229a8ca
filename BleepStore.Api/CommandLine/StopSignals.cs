using System.Runtime.InteropServices;

namespace BleepStore.Api.CommandLine;

/// <summary>Turns SIGTERM, Ctrl-C and SIGQUIT into an orderly stop; a second one ends the waiting for requests in flight.</summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly PosixSignal[] Signals = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT];

    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenSource _abort = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Listens from now on; <paramref name="cancellationToken"/> counts as a signal.</summary>
    public StopSignals(CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _stop.Token.Register(() => _stopped.TrySetResult());
        _registrations = [.. Signals.Select(signal => PosixSignalRegistration.Create(signal, OnSignal))];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Cancelled by the second signal.</summary>
    public CancellationToken Abort => _abort.Token;

    /// <summary>Waits for the first signal: true; or for <paramref name="ended"/>: false.</summary>
    public async Task<bool> WaitAsync(CancellationToken ended)
    {
        await using var link = ended.Register(() => _stopped.TrySetResult());
        await _stopped.Task;
        return _stop.IsCancellationRequested;
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
        _abort.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_stop.IsCancellationRequested)
        {
            _abort.Cancel();
        }
        else
        {
            _stop.Cancel();
        }
    }
}
