using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace BleepStore.Benchmarks.Micro;

/// <summary>Runs in this process: a project that is generated and built beside ours would need ours to be public.</summary>
internal static class MicroConfig
{
    public static IConfig Create() => DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
}
