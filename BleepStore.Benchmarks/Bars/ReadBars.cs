using BleepStore.Benchmarks.Workloads;

namespace BleepStore.Benchmarks.Bars;

/// <summary>What reading may cost.</summary>
internal static class ReadBars
{
    private const long KiB = 1 << 10;
    private const long MiB = 1 << 20;

    private const string Get1K = "GET 1 KiB";
    private const string Get1M = "GET 1 MiB";
    private const string GetLarge = "GET 64 MiB";
    private const string Head = "HEAD";
    private const string Range = "GET 4 KiB of 1 GiB";

    public static IReadOnlyList<BarGroup> Groups { get; } =
    [
        new("get-1k", async context =>
            [
                context.Store(Get1K, "get", Small(context.Scale)),
                await context.SpikeAsync("bare GET 1 KiB", "get", "get", Small(context.Scale)),
                .. context.Peer("peer GET 1 KiB", "get", Small(context.Scale)),
            ],
            [
                Bar.AtMost("GET 1 KiB, against bare Kestrel with a file", 2.5, Figure.Cpu(Get1K), Figure.Cpu("bare GET 1 KiB")),
                PeerBars.CephAtMost("GET 1 KiB, against Ceph", 0.1, Figure.Cpu(Get1K), Figure.Cpu("peer GET 1 KiB")),
                PeerBars.MinioAtLeast("GET 1 KiB, against MinIO", 2.5, Figure.Rate(Get1K), Figure.Rate("peer GET 1 KiB")),
            ]),
        new("head", async context =>
            [
                context.Store(Head, "head", Small(context.Scale)),
                await context.SpikeAsync("bare HEAD", "noop", "head", Small(context.Scale) with { SizeBytes = 0 }),
            ],
            [Bar.AtMost("HEAD, against bare Kestrel that does nothing", 3, Figure.Cpu(Head), Figure.Cpu("bare HEAD"))]),
        new("get-1m", async context =>
            [
                context.Store(Get1M, "get", Medium(context.Scale)),
                await context.SpikeAsync("bare GET 1 MiB", "get", "get", Medium(context.Scale)),
                .. context.Peer("peer GET 1 MiB", "get", Medium(context.Scale)),
            ],
            [
                Bar.AtMost("GET 1 MiB, against bare Kestrel with a file", 1.2, Figure.Cpu(Get1M), Figure.Cpu("bare GET 1 MiB")),
                PeerBars.Shown("GET 1 MiB, against the peer", Figure.Cpu(Get1M), Figure.Cpu("peer GET 1 MiB")),
            ]),
        new("get-64m", async context =>
            [
                context.Store(GetLarge, "get", Large(context.Scale)),
                await context.SpikeAsync("bare GET 64 MiB", "get", "get", Large(context.Scale)),
            ],
            [
                Bar.AtMost("GET 64 MiB, against bare Kestrel with a file", 1.1, Figure.Cpu(GetLarge), Figure.Cpu("bare GET 64 MiB")),
                Bar.AtMost("GET 64 MiB, memory", 30, Figure.AddedMemory(GetLarge)),
            ]),
        new("range", context => Task.FromResult<IReadOnlyList<Load.IProbe>>(
            [
                context.Store(Range, "range", new WorkloadSettings { SizeBytes = context.Scale.HugeBytes }),
                context.Store(Get1K, "get", Small(context.Scale)),
            ]),
            [Bar.AtMost("GET of 4 KiB at random places of 1 GiB, against GET 1 KiB", 1.4, Figure.Cpu(Range), Figure.Cpu(Get1K))]),
    ];

    private static WorkloadSettings Small(BarScale scale) => new() { SizeBytes = KiB, Keys = scale.ReadKeys };

    private static WorkloadSettings Medium(BarScale scale) => new() { SizeBytes = MiB, Keys = scale.LargerKeys };

    private static WorkloadSettings Large(BarScale scale) => new() { SizeBytes = scale.LargeBytes, Keys = 4 };
}
