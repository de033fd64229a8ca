using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace BleepStore.Api.Pipeline;

/// <summary>
/// Gives every request a number that no other of this process has and hardly one of another: a random start, then steps whose bits are mixed
/// (SplitMix64). They name requests and guard nothing.
/// </summary>
internal sealed class RequestIds
{
    /// <summary>Characters of an id.</summary>
    public const int Length = 16;

    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong _state;

    public RequestIds() => RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(new Span<ulong>(ref _state)));

    /// <summary>Sixteen hex digits.</summary>
    public string Next()
    {
        var mixed = Interlocked.Add(ref _state, Step);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (mixed ^ (mixed >> 31)).ToString("X16", CultureInfo.InvariantCulture);
    }
}
