using BleepStore.Api.Auth;
using BleepStore.Api.Pipeline;

namespace BleepStore.Api.Operations.Objects;

/// <summary>
/// Decides whether the tags of a copy's source may go along. A copy that takes them reads them and sets them, and neither is to be had by copying for
/// whoever may not do it otherwise. See https://repost.aws/knowledge-center/s3-troubleshoot-copy-between-buckets
/// </summary>
internal sealed class CopiedTags(Authorizer authorizer)
{
    /// <summary>True where there are none, or the caller may read them there and set them here.</summary>
    public ValueTask<bool> MayGoAlongAsync(S3Request request, CancellationToken cancellationToken)
        => request.SourceObject is not { Tags.IsEmpty: false } ? ValueTask.FromResult(true) : MayReadAndSetAsync(request, cancellationToken);

    private async ValueTask<bool> MayReadAndSetAsync(S3Request request, CancellationToken cancellationToken)
    {
        var source = CopySource.Demand(request.Incoming);
        var read = source with { Action = source.VersionId is null ? "s3:GetObjectTagging" : "s3:GetObjectVersionTagging", Permission = null };
        var set = Demand.OnKey("s3:PutObjectTagging", permission: null, request.Incoming) with { IsOfNewObject = true };
        return await authorizer.IsAllowedOnSourceAsync(request, read, cancellationToken)
            && await authorizer.IsAllowedAsync(request.Verified, request.Definition, set, request.Bucket, cancellationToken);
    }
}
