using BleepStore.Metadata.Records;

namespace BleepStore.Metadata.Commands;

/// <summary>A precondition on the current object, decided inside the transaction.</summary>
/// <param name="IfMatch">The ETag (unquoted) the object must have, or <c>*</c> for any object; null for no such condition.</param>
/// <param name="IfNoneMatch">True when no object may exist (<c>If-None-Match: *</c>).</param>
public sealed record WriteCondition(string? IfMatch, bool IfNoneMatch)
{
    /// <summary>No condition.</summary>
    public static readonly WriteCondition None = new(null, IfNoneMatch: false);

    /// <summary>Decides against the current object; null is absent. <see cref="WriteStatus.Done"/> when the write may go on.</summary>
    public WriteStatus Decide(ObjectRecord? current)
    {
        if (IfNoneMatch && current is not null)
        {
            return WriteStatus.PreconditionFailed;
        }

        if (IfMatch is null)
        {
            return WriteStatus.Done;
        }

        return current is null ? WriteStatus.KeyMissing
            : IfMatch == "*" || IfMatch == current.ETag ? WriteStatus.Done
            : WriteStatus.PreconditionFailed;
    }
}
