using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace BleepStore.Api.Checksums;

/// <summary>
/// The MD5 of one sequence of bytes (RFC 1321), which S3 wants of every object and part. Long pieces may be hashed together with those of others.
/// Not thread safe.
/// </summary>
internal sealed class Md5Digest(Md5Batches batches) : IValueTaskSource, IDisposable
{
    /// <summary>Bytes of the result.</summary>
    public const int LengthBytes = 16;

    /// <summary>Shorter pieces are hashed at once: to wait for others costs more.</summary>
    private const int LeastShared = 16 * 1024;

    private readonly uint[] _state = Md5Rounds.InitialState.ToArray();
    private Block _tail;
    private long _length;
    private bool _isCounted;
    private MemoryHandle _pin;
    private ManualResetValueTaskSourceCore<bool> _hashed = new() { RunContinuationsAsynchronously = true };

    /// <summary>Starts one that shares with all others of the process.</summary>
    public Md5Digest()
        : this(Md5Batches.Shared)
    {
    }

    /// <summary>While it waits for others: where its next block is.</summary>
    public unsafe byte* Next { get; private set; }

    /// <summary>While it waits for others: how many blocks are still to be hashed.</summary>
    public int Blocks { get; private set; }

    /// <summary>Its four words.</summary>
    public Span<uint> State => _state;

    private int Filled => (int)(_length % Md5Rounds.BlockBytes);

    /// <summary>The MD5 of bytes at hand.</summary>
    public static byte[] Compute(ReadOnlySpan<byte> data)
    {
        using var digest = new Md5Digest();
        digest.Append(data);
        return digest.Finish();
    }

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        data = data[FillBlock(data)..];
        Hash(data);
        KeepRest(data);
    }

    /// <summary>Takes the next bytes, and hashes them beside those of others where there are some. They must stay as they are until it is done.</summary>
    public ValueTask AppendAsync(ReadOnlyMemory<byte> data)
    {
        if (data.Length < LeastShared)
        {
            Append(data.Span);
            return ValueTask.CompletedTask;
        }

        Begin();
        if (!batches.IsWorthWaiting())
        {
            Append(data.Span);
            return ValueTask.CompletedTask;
        }

        data = data[FillBlock(data.Span)..];
        Wait(data);
        KeepRest(data.Span);
        batches.Add(this);
        return new ValueTask(this, _hashed.Version);
    }

    /// <summary>Counts it among the long bodies, which the first long piece does too.</summary>
    public void Begin()
    {
        if (!_isCounted)
        {
            _isCounted = true;
            batches.Enter();
        }
    }

    /// <summary>The MD5 of all bytes taken. Called once.</summary>
    public byte[] Finish()
    {
        Leave();
        Span<byte> end = stackalloc byte[2 * Md5Rounds.BlockBytes];
        end.Clear();
        ((Span<byte>)_tail)[..Filled].CopyTo(end);
        end[Filled] = 0x80;
        end = end[..(Filled < Md5Rounds.BlockBytes - sizeof(long) ? Md5Rounds.BlockBytes : 2 * Md5Rounds.BlockBytes)];
        BinaryPrimitives.WriteInt64LittleEndian(end[^sizeof(long)..], 8 * _length);
        Hash(end);
        var digest = new byte[LengthBytes];
        for (var i = 0; i < Md5Rounds.StateWords; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(digest.AsSpan(i * sizeof(uint)), _state[i]);
        }

        return digest;
    }

    /// <summary>So many blocks were hashed into <see cref="State"/>.</summary>
    public unsafe void Advance(int blocks)
    {
        Next += (long)blocks * Md5Rounds.BlockBytes;
        Blocks -= blocks;
    }

    /// <summary>Lets whoever appended go on, who may at once append more.</summary>
    public void Complete()
    {
        _pin.Dispose();
        _hashed.SetResult(true);
    }

    /// <summary>Hashes what is left of its blocks.</summary>
    public unsafe void HashAlone()
    {
        var next = Next;
        Md5Rounds.Run<OneLane>(_state, &next, Blocks);
        Blocks = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => Leave();

    /// <inheritdoc/>
    void IValueTaskSource.GetResult(short token)
    {
        _hashed.GetResult(token);
        _hashed.Reset();
    }

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _hashed.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _hashed.OnCompleted(continuation, state, token, flags);

    // Returns how many bytes went into a block that others had begun.
    private int FillBlock(ReadOnlySpan<byte> data)
    {
        if (Filled == 0)
        {
            return 0;
        }

        Span<byte> tail = _tail;
        var filled = Filled;
        var count = Math.Min(data.Length, Md5Rounds.BlockBytes - filled);
        data[..count].CopyTo(tail[filled..]);
        _length += count;
        if (Filled == 0)
        {
            Hash(tail);
        }

        return count;
    }

    private unsafe void Hash(ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
        {
            var next = start;
            Md5Rounds.Run<OneLane>(_state, &next, data.Length / Md5Rounds.BlockBytes);
        }
    }

    private unsafe void Wait(ReadOnlyMemory<byte> data)
    {
        _pin = data.Pin();
        Next = (byte*)_pin.Pointer;
        Blocks = data.Length / Md5Rounds.BlockBytes;
    }

    // A block that was begun and is not full takes all of the data, and nothing is left here.
    private void KeepRest(ReadOnlySpan<byte> data)
    {
        data[(data.Length - (data.Length % Md5Rounds.BlockBytes))..].CopyTo(_tail);
        _length += data.Length;
    }

    private void Leave()
    {
        if (_isCounted)
        {
            _isCounted = false;
            batches.Leave();
        }
    }

    /// <summary>Bytes that do not fill a block yet.</summary>
    [InlineArray(Md5Rounds.BlockBytes)]
    private struct Block
    {
        private byte _first;
    }
}
