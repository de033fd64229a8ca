using BleepStore.Api.Checksums;

namespace BleepStore.Api.Content;

/// <summary>Computes MD5 and a checksum of what is read through it: for copies, whose bytes no client sends.</summary>
internal sealed class DigestingStream(Stream source, ChecksumAlgorithm algorithm) : ForwardStream
{
    private readonly Md5Digest _md5 = new();
    private readonly RunningChecksum _checksum = RunningChecksum.Create(algorithm);

    /// <summary>MD5 of all bytes read. Called once, at the end.</summary>
    public byte[] FinishMd5() => _md5.Finish();

    /// <summary>Checksum of all bytes read. Called once, at the end.</summary>
    public byte[] FinishChecksum() => _checksum.Finish();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await source.ReadAsync(buffer, cancellationToken);
        _checksum.Append(buffer.Span[..count]);
        await _md5.AppendAsync(buffer[..count]);
        return count;
    }

    /// <summary>Some sources give up what they hold only asynchronously.</summary>
    public override async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _md5.Dispose();
            _checksum.Dispose();
            source.Dispose();
        }

        base.Dispose(disposing);
    }
}
