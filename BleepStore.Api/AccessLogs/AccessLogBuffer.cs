using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using BleepStore.Api.Configurations;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.AccessLogs;

/// <summary>Lines of one bucket that wait to become one log object.</summary>
/// <param name="Source">The bucket that is logged.</param>
/// <param name="Target">Where the object goes, and how it is named.</param>
/// <param name="Day">Day of the lines, where the object's name tells it.</param>
/// <param name="Lines">The lines.</param>
internal sealed record PendingLog(BucketRecord Source, LoggingConfiguration Target, DateOnly? Day, ArrayBufferWriter<byte> Lines);

/// <summary>
/// Collects the lines of all buckets that are logged. Thread safe. Bounded: what comes when it is full is dropped and counted, as S3 promises the lines
/// of its logs to nobody.
/// </summary>
internal sealed class AccessLogBuffer : IDisposable
{
    private const long MaxBytes = 64L << 20;
    private const long BytesToDeliver = 4L << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<(long Bucket, LoggingConfiguration Target, DateOnly? Day), PendingLog> _pending = [];
    private readonly SemaphoreSlim _full = new(initialCount: 0, maxCount: 1);
    private long _bytes;
    private long _dropped;

    /// <summary>Adds a line of a bucket.</summary>
    /// <param name="source">The bucket.</param>
    /// <param name="target">Its logging configuration.</param>
    /// <param name="received">When the request came.</param>
    /// <param name="line">The line, with its end.</param>
    public void Add(BucketRecord source, LoggingConfiguration target, DateTimeOffset received, string line)
    {
        DateOnly? day = target.KeyFormat == LogKeyFormat.PartitionedByEventTime ? DateOnly.FromDateTime(received.UtcDateTime) : null;
        lock (_gate)
        {
            if (_bytes >= MaxBytes)
            {
                _dropped++;
                return;
            }

            if (!_pending.TryGetValue((source.BucketId, target, day), out var pending))
            {
                pending = new PendingLog(source, target, day, new ArrayBufferWriter<byte>());
                _pending.Add((source.BucketId, target, day), pending);
            }

            _bytes += Encoding.UTF8.GetBytes(line, pending.Lines);
            if (_bytes >= BytesToDeliver && _full.CurrentCount == 0)
            {
                _full.Release();
            }
        }
    }

    /// <summary>Takes all lines out.</summary>
    /// <param name="dropped">How many were dropped since the last time.</param>
    public ImmutableArray<PendingLog> Take(out long dropped)
    {
        lock (_gate)
        {
            ImmutableArray<PendingLog> taken = [.. _pending.Values];
            _pending.Clear();
            (dropped, _dropped, _bytes) = (_dropped, 0, 0);
            return taken;
        }
    }

    /// <summary>Waits until so much has come together that it should be delivered before its time.</summary>
    public Task WaitUntilFullAsync(CancellationToken cancellationToken) => _full.WaitAsync(cancellationToken);

    public void Dispose() => _full.Dispose();
}
