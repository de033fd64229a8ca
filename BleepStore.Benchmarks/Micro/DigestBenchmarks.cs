using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using BleepStore.Api.Checksums;

namespace BleepStore.Benchmarks.Micro;

/// <summary>Every digest that S3 knows, over 1 MiB.</summary>
public class DigestBenchmarks
{
    private const int Bodies = 16;

    private readonly byte[] _data = RandomNumberGenerator.GetBytes(1 << 20);

    [Benchmark(Baseline = true)]
    public byte[] Md5() => MD5.HashData(_data);

    [Benchmark]
    public byte[] Md5Alone() => Md5Digest.Compute(_data);

    /// <summary>Sixteen bodies in the midst of others, for each of them.</summary>
    [Benchmark(OperationsPerInvoke = Bodies)]
    public async Task Md5BesideOthersAsync()
    {
        var digests = Enumerable.Range(0, Bodies).Select(_ => new Md5Digest()).ToArray();
        await Task.WhenAll(digests.Select(async digest => await digest.AppendAsync(_data)));
        foreach (var digest in digests)
        {
            digest.Finish();
        }
    }

    [Benchmark]
    public byte[] Crc32() => RunningChecksum.Compute(ChecksumAlgorithm.Crc32, _data);

    [Benchmark]
    public byte[] Crc32C() => RunningChecksum.Compute(ChecksumAlgorithm.Crc32C, _data);

    [Benchmark]
    public byte[] Crc64Nvme() => RunningChecksum.Compute(ChecksumAlgorithm.Crc64Nvme, _data);

    [Benchmark]
    public byte[] Sha1() => RunningChecksum.Compute(ChecksumAlgorithm.Sha1, _data);

    [Benchmark]
    public byte[] Sha256() => RunningChecksum.Compute(ChecksumAlgorithm.Sha256, _data);
}
