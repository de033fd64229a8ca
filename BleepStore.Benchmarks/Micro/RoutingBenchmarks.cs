using BenchmarkDotNet.Attributes;
using BleepStore.Api.Operations;
using BleepStore.Api.Pipeline;
using BleepStore.Benchmarks.Workloads;
using Microsoft.AspNetCore.Http;

namespace BleepStore.Benchmarks.Micro;

/// <summary>From the request line to the operation: what every request pays before its signature is looked at.</summary>
[MemoryDiagnoser]
public class RoutingBenchmarks
{
    private readonly S3Router _router = new([.. S3Operations.All.Select(route => route with { CreateHandler = _ => null! })], null!);
    private readonly HttpContext _get = MicroRequest.ToContext(MicroRequest.Requests.Get("some/key", 1));
    private readonly HttpContext _list = MicroRequest.ToContext(MicroRequest.Requests.List([("prefix", "some/"), ("delimiter", "/")]));
    private readonly HttpContext _part = MicroRequest.ToContext(MicroRequest.Requests.UploadPart("some/key", "0123456789abcdef", 17, Payload.Empty));

    [Benchmark(Baseline = true)]
    public object GetObject() => Route(_get);

    [Benchmark]
    public object ListObjects() => Route(_list);

    [Benchmark]
    public object UploadPart() => Route(_part);

    private S3OperationDefinition Route(HttpContext context) => _router.Route(MicroRequest.Parser.Parse(context, "0000000000000001")).Definition!;
}
