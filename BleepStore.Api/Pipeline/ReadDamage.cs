using BleepStore.Api.Integrity;
using BleepStore.Api.Observability;
using BleepStore.Storage;

namespace BleepStore.Api.Pipeline;

/// <summary>
/// Makes damage that a request came upon known: a metric, and a line that names object and blob. Called once where such an exception ends.
/// </summary>
internal sealed partial class ReadDamage(DamageCounts counts, ILogger<ReadDamage> logger)
{
    private const int MaxLoggedKey = 1024;

    /// <summary>Counts and logs where <paramref name="exception"/> tells of damage.</summary>
    /// <param name="bucket">Bucket of the object that was read.</param>
    /// <param name="key">Its key.</param>
    public void Note(Exception exception, string requestId, string? bucket, string? key)
    {
        if (exception is BlobCorruptException damage)
        {
            counts.Add(DamageSource.Read);
            Log.Damaged(logger, requestId, bucket, LogText.Escape(key ?? "", MaxLoggedKey), damage.Blob, damage.Detail);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1012, LogLevel.Error, "Request {RequestId}: the bytes of {Bucket}/{Key} are damaged: blob {Blob}: {Detail}")]
        public static partial void Damaged(ILogger logger, string requestId, string? bucket, string key, BlobId blob, string detail);
    }
}
