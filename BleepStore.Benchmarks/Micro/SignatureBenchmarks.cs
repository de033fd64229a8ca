using BenchmarkDotNet.Attributes;
using BleepStore.Api.Auth;
using BleepStore.Api.Protocol;
using BleepStore.Benchmarks.Workloads;

namespace BleepStore.Benchmarks.Micro;

/// <summary>Signature Version 4: parsing the claim, the canonical request and the comparison.</summary>
[MemoryDiagnoser]
public class SignatureBenchmarks
{
    private readonly IncomingRequest _presigned = MicroRequest.ToIncoming(MicroRequest.Requests.Get("some/key", 1));
    private readonly IncomingRequest _header = MicroRequest.ToIncoming(
        MicroRequest.Requests.Put("some/key", Payload.Empty, new UploadProof(UploadForm.Sha256, Checksum: null)));

    [Benchmark(Baseline = true)]
    public async Task<object> Presigned() => await VerifyAsync(_presigned);

    [Benchmark]
    public async Task<object> Header() => await VerifyAsync(_header);

    private static ValueTask<VerifiedRequest> VerifyAsync(IncomingRequest request) => MicroRequest.Verifier.VerifyAsync(request, CancellationToken.None);
}
