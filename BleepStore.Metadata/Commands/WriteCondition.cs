using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Commands;

/// <summary>A precondition on the current object, decided inside the transaction.</summary>
/// <param name="IfMatch">The ETag (unquoted) the object must have, or <c>*</c> for any object; null for no such condition.</param>
/// <param name="IfNoneMatch">True when no object may exist (<c>If-None-Match: *</c>).</param>
public sealed record WriteCondition(string? IfMatch, bool IfNoneMatch)
{
    /// <summary>No condition.</summary>
    public static readonly WriteCondition None = new(null, IfNoneMatch: false);

    /// <summary>Size in bytes the object must have where it is there; null for no condition.</summary>
    public long? IfSize { get; init; }

    /// <summary>Time the object must have where it is there, in whole seconds or milliseconds; null for no condition.</summary>
    public DateTimeOffset? IfLastModified { get; init; }

    /// <summary>Decides against the current object; null is absent. <see cref="WriteStatus.Done"/> when the write may go on.</summary>
    public WriteStatus Decide(ObjectRecord? current)
    {
        if (current is null)
        {
            return IfMatch is null ? WriteStatus.Done : WriteStatus.KeyMissing;
        }

        return !IfNoneMatch
            && (IfMatch is null or "*" || IfMatch == current.ETag)
            && (IfSize is null || IfSize == current.Size)
            && (IfLastModified is not { } time || IsSame(time, current.LastModified))
                ? WriteStatus.Done
                : WriteStatus.PreconditionFailed;
    }

    // The store knows times to 100 ns; clients are told, and say, seconds in headers and milliseconds in documents.
    private static bool IsSame(DateTimeOffset told, DateTimeOffset stored)
    {
        var unit = told.UtcTicks % TimeSpan.TicksPerSecond == 0 ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerMillisecond;
        return stored.UtcTicks - (stored.UtcTicks % unit) == told.UtcTicks - (told.UtcTicks % unit);
    }
}
