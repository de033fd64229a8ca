using BleepStore.Benchmarks.Load;
using BleepStore.Benchmarks.Workloads;

namespace BleepStore.Benchmarks.Bars;

/// <summary>Makes the probes of the groups. A workload that several groups use is one, so that it is prepared once.</summary>
internal sealed class BarContext(BarBed bed, BarScale scale, CancellationToken cancellationToken)
{
    private readonly Dictionary<(string Target, string Name, WorkloadSettings Settings), Workload> _workloads = [];
    private readonly Dictionary<string, RequestFactory> _requests = [];

    public BarBed Bed => bed;

    public BarScale Scale => scale;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>The store under a workload.</summary>
    public LoadProbe Store(
        string name, string workload, WorkloadSettings settings, int? connections = null, double? rate = null, TimeSpan? duration = null)
        => new(name, bed.Store, Workload(bed.Store, workload, settings), Settings(connections) with { Rate = rate, Duration = duration ?? scale.Duration });

    /// <summary>The store under a workload that is in no catalog.</summary>
    public LoadProbe Store(string name, Func<RequestFactory, Workload> create, int? connections = null)
        => new(name, bed.Store, create(Requests(bed.Store)), Settings(connections) with { Duration = TimeSpan.FromMinutes(2), Requests = null });

    /// <summary>The store without packs under a workload.</summary>
    public async Task<IProbe> FileStoreAsync(string name, string workload, WorkloadSettings settings)
    {
        var target = await bed.FileStoreAsync(cancellationToken);
        return new LoadProbe(name, target, Workload(target, workload, settings), Settings(null));
    }

    /// <summary>A bare server under a workload.</summary>
    public async Task<IProbe> SpikeAsync(string name, string spike, string workload, WorkloadSettings settings)
    {
        var target = await bed.SpikeAsync(spike, settings.SizeBytes ?? 0, cancellationToken);
        return new LoadProbe(name, target, Workload(target, workload, settings), Settings(null));
    }

    /// <summary>The peer under a workload; nothing when there is no peer.</summary>
    public IEnumerable<IProbe> Peer(string name, string workload, WorkloadSettings settings)
    {
        if (bed.Peer is not { } peer)
        {
            return [];
        }

        peer.Preparation.EnsureBucket(Requests(peer));
        return [new LoadProbe(name, peer, Workload(peer, workload, settings), Settings(null))];
    }

    private LoadSettings Settings(int? connections)
        => new() { Connections = connections ?? scale.Connections, Warmup = scale.Warmup, Duration = scale.Duration, Requests = scale.Requests };

    private Workload Workload(LoadTarget target, string name, WorkloadSettings settings)
    {
        if (!_workloads.TryGetValue((target.Name, name, settings), out var workload))
        {
            workload = WorkloadCatalog.Create(name, Requests(target), settings);
            _workloads.Add((target.Name, name, settings), workload);
        }

        return workload;
    }

    private RequestFactory Requests(LoadTarget target)
    {
        if (!_requests.TryGetValue(target.Name, out var requests))
        {
            requests = new RequestFactory(target.Endpoint, TimeProvider.System);
            _requests.Add(target.Name, requests);
        }

        return requests;
    }
}
