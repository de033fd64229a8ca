namespace BleepStore.Tests.Storage;

/// <summary>Bytes that are the same on every run, differ from frame to frame and need no memory of their own.</summary>
internal static class TestBytes
{
    // A prime period: no two frames or pages of a blob are alike.
    private const int Period = 65_521;

    private static readonly byte[] Pattern = MakePattern();

    public static byte[] Make(long length, long offset = 0)
    {
        var bytes = new byte[length];
        Fill(bytes, offset);
        return bytes;
    }

    public static void Fill(Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            int at = (int)(offset % Period);
            int count = Math.Min(destination.Length, Period - at);
            Pattern.AsSpan(at, count).CopyTo(destination);
            destination = destination[count..];
            offset += count;
        }
    }

    private static byte[] MakePattern()
    {
        var pattern = new byte[Period];
        new Random(20_260_729).NextBytes(pattern);
        return pattern;
    }
}

/// <summary>A request body as the network delivers it: in pieces, of unknown end, and able to throw or do something at any byte.</summary>
internal sealed class TestSource(long length, int pieceSize = int.MaxValue, long startAt = 0) : Stream
{
    private long _position;

    /// <summary>Thrown by the read that would have reported the end.</summary>
    public Exception? AtEnd { get; init; }

    /// <summary>Called before each read with the bytes handed out so far.</summary>
    public Func<long, CancellationToken, ValueTask>? BeforeRead { get; init; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (BeforeRead is not null)
        {
            await BeforeRead(_position, cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        int count = (int)Math.Min(Math.Min(buffer.Length, pieceSize), length - _position);
        if (count == 0 && AtEnd is not null && !buffer.IsEmpty)
        {
            throw AtEnd;
        }

        TestBytes.Fill(buffer.Span[..count], startAt + _position);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>A directory that is gone when the test is.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("bleepstore-").FullName;

    public string Join(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
