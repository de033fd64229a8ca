using BleepStore.Api.Checksums;
using BleepStore.Api.Content;

namespace BleepStore.Tests.Content;

/// <summary>A copy that is given up holds no file of its source any longer.</summary>
public sealed class DigestingStreamTests
{
    [Fact]
    public async Task What_it_reads_is_disposed_asynchronously()
    {
        await using var source = new AsynchronousSource();
        await using (new DigestingStream(source, ChecksumAlgorithm.Crc64Nvme))
        {
        }

        source.IsDisposed.ShouldBeTrue();
    }

    private sealed class AsynchronousSource : MemoryStream
    {
        public bool IsDisposed { get; private set; }

        public override ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return base.DisposeAsync();
        }
    }
}
