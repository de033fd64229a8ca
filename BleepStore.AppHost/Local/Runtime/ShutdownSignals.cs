using System.Globalization;
using System.Runtime.InteropServices;

namespace BleepStore.AppHost.Local;

/// <summary>Turns the signals that mean "end" into shutdown requests.</summary>
internal sealed class ShutdownSignals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    public static ShutdownSignals Listen(ShutdownRequests requests)
    {
        var signals = new ShutdownSignals();
        signals.Add(PosixSignal.SIGINT, requests);
        signals.Add(PosixSignal.SIGTERM, requests);
        signals.Add(PosixSignal.SIGQUIT, requests);
        if (!IsHangupIgnored())
            signals.Add(PosixSignal.SIGHUP, requests);
        return signals;
    }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private void Add(PosixSignal signal, ShutdownRequests requests) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            requests.Request(signal.ToString());
        }));

    /// <summary>Under <c>nohup</c> the closing of the terminal must stay without consequence.</summary>
    private static bool IsHangupIgnored()
    {
        const string Mask = "SigIgn:";
        if (!File.Exists("/proc/self/status"))
            return false;

        var line = File.ReadLines("/proc/self/status").FirstOrDefault(text => text.StartsWith(Mask, StringComparison.Ordinal));
        return line is not null
            && (ulong.Parse(line.AsSpan(Mask.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 1) != 0;
    }
}
