namespace BleepStore.Benchmarks.Bars;

/// <summary>Which server the peer is: each has its own bars.</summary>
internal enum PeerKind
{
    Other,
    Minio,
    Ceph,
}

/// <summary>Makes bars that count against one kind of peer, and against others are only shown.</summary>
internal static class PeerBars
{
    public static Bar CephAtMost(string text, double limit, Figure figure, Figure reference) => Bar.AtMost(text, limit, figure, reference) with { Peer = PeerKind.Ceph };

    public static Bar CephAtLeast(string text, double limit, Figure figure, Figure reference) => Bar.AtLeast(text, limit, figure, reference) with { Peer = PeerKind.Ceph };

    public static Bar MinioAtLeast(string text, double limit, Figure figure, Figure reference) => Bar.AtLeast(text, limit, figure, reference) with { Peer = PeerKind.Minio };

    /// <summary>A ratio without a limit.</summary>
    public static Bar Shown(string text, Figure figure, Figure reference) => Bar.AtMost(text, double.PositiveInfinity, figure, reference);
}
