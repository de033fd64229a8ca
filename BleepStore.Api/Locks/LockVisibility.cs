using BleepStore.Api.Auth;
using BleepStore.Api.Operations;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Locks;

/// <summary>Decides what a reader of an object is told about its lock: each half to those who have the right to ask for it.</summary>
internal sealed class LockVisibility(Authorizer authorizer)
{
    /// <summary>The lock as the caller may see it.</summary>
    public async ValueTask<ObjectLock> OfAsync(S3Request request, ObjectRecord record, CancellationToken cancellationToken)
    {
        var locked = record.Lock;
        if (locked.Mode != RetentionMode.None && !await MayAsync(request, "s3:GetObjectRetention", cancellationToken))
        {
            locked = locked with { Mode = RetentionMode.None };
        }

        return locked.LegalHold != LegalHold.Unset && !await MayAsync(request, "s3:GetObjectLegalHold", cancellationToken)
            ? locked with { LegalHold = LegalHold.Unset }
            : locked;
    }

    private ValueTask<bool> MayAsync(S3Request request, string action, CancellationToken cancellationToken)
        => authorizer.IsAllowedAsync(
            request.Verified,
            request.Definition,
            Demand.OnKey(action, permission: null, request.Incoming) with { VersionId = request.Query[ObjectVersions.Parameter] },
            request.Bucket,
            cancellationToken);
}
