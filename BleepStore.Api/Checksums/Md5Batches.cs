using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BleepStore.Api.Checksums;

/// <summary>
/// Computes the MD5s of many bodies at once. One MD5 cannot be spread over a processor's vector, for each step waits for the one before; but as many
/// as there are lanes take little longer than one. So when there are more bodies than processors, a piece waits a moment for company: to begin at once
/// would keep a processor busy with few lanes while the other bodies wait for it. As long as each can have a processor of its own nobody waits.
/// </summary>
internal sealed class Md5Batches
{
    /// <summary>How long a piece waits for others at most.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(1);

    /// <summary>So many pieces do not wait after one that waited in vain: the other bodies are slow.</summary>
    public const int AloneAfterLonelyWait = 64;

    private readonly Lock _lock = new();
    private readonly Queue<Md5Digest> _waiting = new();
    private readonly ITimer _deadline;
    private readonly int _lanes;
    private readonly int _leastWorthwhile;
    private readonly int _processors;
    private readonly HashTogether _hash;
    private int _bodies;
    private int _alone;
    private int _running;
    private bool _isDeadlineSet;

    private Md5Batches(int lanes, int leastWorthwhile, HashTogether hash, TimeProvider time, int processors)
    {
        _lanes = lanes;
        _leastWorthwhile = leastWorthwhile;
        _hash = hash;
        _processors = processors;
        _deadline = time.CreateTimer(_ => StartLate(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private delegate void HashTogether(Span<Md5Digest> digests);

    /// <summary>Those of the process, as wide as the processor.</summary>
    public static Md5Batches Shared { get; } =
        Vector512.IsHardwareAccelerated ? Of<SixteenLanes>(TimeProvider.System, Environment.ProcessorCount)
        : Avx2.IsSupported ? Of<EightLanes>(TimeProvider.System, Environment.ProcessorCount)
        : Of<OneLane>(TimeProvider.System, Environment.ProcessorCount);

    /// <summary>Some of that width.</summary>
    /// <param name="time">Ends the wait for others.</param>
    /// <param name="processors">As many bodies are each hashed alone, and as many batches run at once.</param>
    public static Md5Batches Of<TLanes>(TimeProvider time, int processors)
        where TLanes : unmanaged, IMd5Lanes<TLanes>
        => new(TLanes.Count, TLanes.LeastWorthwhile, Hash<TLanes>, time, processors);

    /// <summary>One more long body is being read.</summary>
    public void Enter() => Interlocked.Increment(ref _bodies);

    /// <summary>One of them has ended.</summary>
    public void Leave() => Interlocked.Decrement(ref _bodies);

    /// <summary>Whether the next piece is to be added, rather than hashed at once.</summary>
    public bool IsWorthWaiting()
        => _lanes > 1 && Volatile.Read(ref _bodies) > _processors && (Volatile.Read(ref _alone) <= 0 || Interlocked.Decrement(ref _alone) < 0);

    /// <summary>Has the waiting blocks of <paramref name="digest"/> hashed.</summary>
    public void Add(Md5Digest digest)
    {
        lock (_lock)
        {
            _waiting.Enqueue(digest);
            StartOrWait();
        }
    }

    private void StartOrWait()
    {
        while (_waiting.Count >= _lanes && _running < _processors)
        {
            Start();
        }

        if (_waiting.Count > 0 && !_isDeadlineSet)
        {
            _isDeadlineSet = true;
            _deadline.Change(LongestWait, Timeout.InfiniteTimeSpan);
        }
    }

    private void StartLate()
    {
        lock (_lock)
        {
            _isDeadlineSet = false;
            if (_waiting.Count > 0 && _running == 0)
            {
                if (_waiting.Count < _leastWorthwhile)
                {
                    Volatile.Write(ref _alone, AloneAfterLonelyWait);
                }

                Start();
            }

            StartOrWait();
        }
    }

    private void Start()
    {
        var digests = new Md5Digest[Math.Min(_lanes, _waiting.Count)];
        for (var i = 0; i < digests.Length; i++)
        {
            digests[i] = _waiting.Dequeue();
        }

        _running++;
        ThreadPool.UnsafeQueueUserWorkItem(new Batch(this, digests), preferLocal: false);
    }

    private void Hash(Span<Md5Digest> digests)
    {
        while (digests.Length >= _leastWorthwhile)
        {
            _hash(digests);
            var left = 0;
            foreach (var digest in digests)
            {
                if (digest.Blocks > 0)
                {
                    digests[left++] = digest;
                }
                else
                {
                    digest.Complete();
                }
            }

            digests = digests[..left];
        }

        foreach (var digest in digests)
        {
            digest.HashAlone();
            digest.Complete();
        }

        lock (_lock)
        {
            _running--;
            StartOrWait();
        }
    }

    /// <summary>Hashes as many blocks of each as the shortest has.</summary>
    private static unsafe void Hash<TLanes>(Span<Md5Digest> digests)
        where TLanes : unmanaged, IMd5Lanes<TLanes>
    {
        var blocks = stackalloc byte*[TLanes.Count];
        Span<uint> state = stackalloc uint[Md5Rounds.StateWords * TLanes.Count];
        var count = int.MaxValue;
        for (var lane = 0; lane < TLanes.Count; lane++)
        {
            // A lane to spare does what the last one does, and nobody asks for it.
            var digest = digests[Math.Min(lane, digests.Length - 1)];
            blocks[lane] = digest.Next;
            count = Math.Min(count, digest.Blocks);
            for (var word = 0; word < Md5Rounds.StateWords; word++)
            {
                state[(word * TLanes.Count) + lane] = digest.State[word];
            }
        }

        Md5Rounds.Run<TLanes>(state, blocks, count);
        for (var lane = 0; lane < digests.Length; lane++)
        {
            for (var word = 0; word < Md5Rounds.StateWords; word++)
            {
                digests[lane].State[word] = state[(word * TLanes.Count) + lane];
            }

            digests[lane].Advance(count);
        }
    }

    /// <summary>Some that are hashed together, on a thread of the pool.</summary>
    private sealed class Batch(Md5Batches batches, Md5Digest[] digests) : IThreadPoolWorkItem
    {
        /// <inheritdoc/>
        public void Execute() => batches.Hash(digests);
    }
}
