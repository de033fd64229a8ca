using System.Collections.Immutable;
using BleepStore.Api.Identities;
using BleepStore.Api.Policies;
using BleepStore.Api.QueryApi.Iam;
using BleepStore.Metadata;

namespace BleepStore.Api.QueryApi.Sts;

/// <summary>What a request says of the session it asks for, read and checked.</summary>
internal static class SessionRequest
{
    /// <summary>The session's name.</summary>
    /// <exception cref="QueryException">ValidationError: it is absent, or no name could be so.</exception>
    public static string GetSessionName(this QueryRequest request, string parameter, int maxLength)
    {
        var name = request.GetName(parameter, maxLength);
        return name.Length >= StsLimits.MinSessionName ? name
            : throw QueryRequest.Invalid(parameter, name, $"Member must have length greater than or equal to {StsLimits.MinSessionName}");
    }

    /// <summary>The policies that narrow the session: documents as sent, and ARNs of managed policies; null where there are none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="metadata">Where the managed policies are.</param>
    /// <param name="accountId">The account that the session will belong to.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="QueryException">One is no policy, there are too many, or they are too long.</exception>
    public static async ValueTask<ImmutableArray<string>?> FindSessionPoliciesAsync(
        this QueryRequest request, IMetadataStore metadata, string accountId, CancellationToken cancellationToken)
    {
        var policies = ImmutableArray.CreateBuilder<string>();
        if (request.Find("Policy") is { } document)
        {
            if (document.Length > StsLimits.MaxPolicyCharacters)
            {
                throw QueryRequest.Invalid("Policy", "...", $"Member must have length less than or equal to {StsLimits.MaxPolicyCharacters}");
            }

            policies.Add(request.GetDocument("Policy", PolicyKind.Session));
        }

        foreach (var member in request.Members("PolicyArns"))
        {
            var arn = member("arn") ?? throw QueryRequest.Missing("policyArns.member.arn");
            policies.Add((await metadata.FindManagedPolicyAsync(accountId, arn, cancellationToken))?.Arn
                ?? throw new QueryException(QueryErrors.MalformedPolicyDocument.Because($"Policy {arn} does not exist or is not attachable.")));
        }

        if (policies.Count(policy => IdentityArn.TryParse(policy) is not null) > StsLimits.MaxPolicyArns)
        {
            throw QueryRequest.Invalid("PolicyArns", "...", $"Member must have length less than or equal to {StsLimits.MaxPolicyArns}");
        }

        return policies.Count == 0 ? null : policies.DrainToImmutable();
    }

    /// <summary>How much of the room that a session has its policies and tags take, in percent.</summary>
    /// <exception cref="QueryException">PackedPolicyTooLarge: more than all.</exception>
    public static int PackedSize(ImmutableArray<string>? policies, ImmutableArray<KeyValuePair<string, string>> tags)
    {
        const int room = 2 * StsLimits.MaxPolicyCharacters;
        var size = (policies?.Sum(policy => policy.Length) ?? 0) + tags.Sum(tag => tag.Key.Length + tag.Value.Length);
        return size <= room ? 100 * size / room : throw new QueryException(QueryErrors.PackedPolicyTooLarge);
    }
}
