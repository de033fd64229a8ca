using BenchmarkDotNet.Attributes;
using BleepStore.Api.Bodies;
using BleepStore.Api.Protocol;
using BleepStore.Benchmarks.Workloads;

namespace BleepStore.Benchmarks.Micro;

/// <summary>Reading a body of 1 MiB to its verified end: framing, chunk signatures and digests.</summary>
[MemoryDiagnoser]
public class BodyBenchmarks
{
    private const int BodyBytes = 1 << 20;

    private readonly Dictionary<UploadForm, IncomingRequest> _requests = Enum.GetValues<UploadForm>().ToDictionary(
        form => form, form => MicroRequest.ToIncoming(MicroRequest.Requests.Put("some/key", new Payload(BodyBytes), new UploadProof(form, Checksum: null))));

    private readonly byte[] _buffer = new byte[64 << 10];

    [Benchmark(Baseline = true)]
    public Task<long> Plain() => ReadAsync(UploadForm.Presigned);

    [Benchmark]
    public Task<long> HeaderSha256() => ReadAsync(UploadForm.Sha256);

    [Benchmark]
    public Task<long> SignedChunks() => ReadAsync(UploadForm.SignedChunks);

    [Benchmark]
    public Task<long> Trailer() => ReadAsync(UploadForm.Trailer);

    // Signatures of chunks are a chain, so every read begins with the request's own.
    private async Task<long> ReadAsync(UploadForm form)
    {
        var request = _requests[form];
        request.Body.Position = 0;
        var verified = await MicroRequest.Verifier.VerifyAsync(request, CancellationToken.None);
        using var body = RequestBody.Open(request, verified.Payload, new BodyRequirements(BodyBytes));
        while (await body.Content.ReadAsync(_buffer) > 0)
        {
        }

        return body.LengthBytes;
    }
}
