using BleepStore.Api.Identities;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.QueryApi.Iam;

/// <summary>Finds the managed policy that a request names by its ARN.</summary>
internal static class ManagedPolicyLookup
{
    private const int MinArnLength = 20;
    private const int MaxArnLength = 2048;

    /// <summary>The policy of the parameter <c>PolicyArn</c>: one of the caller's account, or of every account.</summary>
    /// <param name="metadata">Where policies are.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="version">The version that is asked for, which the refusal names.</param>
    /// <exception cref="QueryException">NoSuchEntity; ValidationError or InvalidInput for what is no ARN of a policy.</exception>
    public static async ValueTask<ManagedPolicy> GetManagedPolicyAsync(
        this IMetadataStore metadata, QueryRequest request, CancellationToken cancellationToken, string? version = null)
    {
        var arn = request.Get("PolicyArn");
        if (arn.Length is < MinArnLength or > MaxArnLength)
        {
            throw QueryRequest.Invalid("PolicyArn", arn, $"Member must have length between {MinArnLength} and {MaxArnLength}");
        }

        return await metadata.FindManagedPolicyAsync(request.AccountId, arn, cancellationToken)
            ?? throw new QueryException(
                IdentityArn.TryParse(arn) is { Type: "policy" }
                    ? QueryErrors.NoSuchEntity.Because($"Policy {arn} {(version is null ? "" : $"version {version} ")}does not exist or is not attachable.")
                    : QueryErrors.InvalidInput.Because($"ARN {arn} is not valid."));
    }

    /// <summary>The policy of an ARN, as an account sees it, or null.</summary>
    public static async ValueTask<ManagedPolicy?> FindManagedPolicyAsync(
        this IMetadataStore metadata, string accountId, string arn, CancellationToken cancellationToken)
    {
        if (ManagedPolicy.FindOfEveryAccount(arn) is { } common)
        {
            return common;
        }

        return IdentityArn.TryParse(arn) is { Type: "policy" } parsed
            && await metadata.FindIdentityAsync(accountId, IdentityKind.Policy, parsed.Name, cancellationToken) is { } record
            && IdentityArn.Of(record) == arn
                ? ManagedPolicy.Of(record)
                : null;
    }
}
