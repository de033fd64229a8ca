using BleepStore.Benchmarks.Load;

namespace BleepStore.Benchmarks.Bars;

/// <summary>A probe that is run while another one drives the same server; what that one errs counts too, its figures do not.</summary>
internal sealed class BesideProbe(IProbe measured, IProbe beside) : IProbe
{
    public string Name => measured.Name;

    public async Task<LoadResult> RunAsync(bool isFirst, Action<string> progress, CancellationToken cancellationToken)
    {
        var other = beside.RunAsync(isFirst, _ => { }, cancellationToken);
        var result = await measured.RunAsync(isFirst, progress, cancellationToken);
        var ofOther = await other;
        return result with { Errors = result.Errors + ofOther.Errors, FirstError = result.FirstError ?? ofOther.FirstError };
    }
}
