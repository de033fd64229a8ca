using System.Diagnostics;
using System.Globalization;
using BleepStore.Storage;

namespace BleepStore.Api.Hosting;

/// <summary>
/// Ends this process as SIGKILL would, exactly at the n-th time a named step is done: <c>BLEEPSTORE_TEST_CRASH_AT=commit.after:17</c>. For the tests that
/// show recovery; without the variable there are no crash points.
/// </summary>
internal sealed class ProcessCrashPoints : ICrashPoints
{
    public const string Variable = "BLEEPSTORE_TEST_CRASH_AT";

    private readonly string _name;
    private int _hitsLeft;

    private ProcessCrashPoints(string name, int hits)
    {
        _name = name;
        _hitsLeft = hits;
    }

    /// <summary>The crash point the environment asks for, or none.</summary>
    public static ICrashPoints FromEnvironment()
        => Environment.GetEnvironmentVariable(Variable)?.Split(':') is [var name, var hits]
            && int.TryParse(hits, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                ? new ProcessCrashPoints(name, count)
                : NoCrashPoints.Instance;

    /// <inheritdoc/>
    public void Hit(string name)
    {
        if (name == _name && Interlocked.Decrement(ref _hitsLeft) == 0)
        {
            Process.GetCurrentProcess().Kill();
        }
    }
}
