using System.CommandLine;
using BenchmarkDotNet.Running;
using BleepStore.Benchmarks.Micro;

namespace BleepStore.Benchmarks.CommandLine;

/// <summary><c>micro</c>: the inner loops, measured by BenchmarkDotNet, whose own arguments follow.</summary>
internal sealed class MicroCommand : Command
{
    private static readonly IReadOnlyList<string> All = ["--filter", "*"];

    public MicroCommand()
        : base("micro", "Measures inner loops with BenchmarkDotNet: --filter '*Signature*', --list flat, …")
    {
        TreatUnmatchedTokensAsErrors = false;
        SetAction(parsed =>
        {
            var arguments = parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens : All;
            BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run([.. arguments], MicroConfig.Create());
        });
    }
}
