using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using BleepStore.Api.Checksums;

namespace BleepStore.Benchmarks.Micro;

/// <summary>Every digest that S3 knows, over 1 MiB.</summary>
public class DigestBenchmarks
{
    private readonly byte[] _data = RandomNumberGenerator.GetBytes(1 << 20);

    [Benchmark(Baseline = true)]
    public byte[] Md5() => MD5.HashData(_data);

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
