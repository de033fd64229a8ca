using System.Collections.Immutable;
using BleepStore.Api.Auth;
using BleepStore.Api.Identities;
using BleepStore.Api.Policies;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.QueryApi.Sts;

/// <summary>Sessions of roles: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html</summary>
internal sealed class RoleSessionActions(IMetadataStore metadata, AccountDirectory accounts, QueryAuthorizer authorizer, SessionIssuer issuer) : IQueryActions
{
    private const string AssumeRole = "sts:AssumeRole";
    private const string TagSession = "sts:TagSession";
    private const string SetSourceIdentity = "sts:SetSourceIdentity";

    public IEnumerable<QueryAction> Actions => [new(QueryService.Sts, "AssumeRole", AssumeAsync) { NeedsPermission = false }];

    private async ValueTask<QueryAnswer> AssumeAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var arn = request.Get("RoleArn");
        var name = request.GetSessionName("RoleSessionName", StsLimits.MaxSessionName);
        if (IdentityArn.TryParse(arn) is not { Type: "role" } parsed)
        {
            return QueryErrors.ValidationError.Because($"{arn} is invalid");
        }

        if (request.Find("ExternalId") is { Length: < 2 or > StsLimits.MaxExternalId } externalId)
        {
            throw QueryRequest.Invalid("ExternalId", externalId, $"Member must have length between 2 and {StsLimits.MaxExternalId}");
        }

        var tags = request.Tags(StsLimits.MaxSessionTags);
        var sourceIdentity = request.FindName("SourceIdentity", StsLimits.MaxSessionName) ?? request.Caller.Session?.SourceIdentity;
        var role = await accounts.FindIdAsync(parsed.Account, cancellationToken) is { } accountId
            ? await metadata.FindIdentityAsync(accountId, IdentityKind.Role, parsed.Name, cancellationToken)
            : null;

        // Whether there is such a role is told to nobody who may not take it on.
        var needed = new[] { AssumeRole, tags.IsEmpty ? null : TagSession, request.Find("SourceIdentity") is null ? null : SetSourceIdentity };
        foreach (var action in needed.OfType<string>())
        {
            if (role is null || role.Path != parsed.Path || !await MayAsync(request, role, action, cancellationToken))
            {
                return QueryErrors.AccessDenied.Because($"User: {request.Caller.Arn} is not authorized to perform: {action} on resource: {arn}");
            }
        }

        return await AssumeAsync(request, role!, name, tags, sourceIdentity, cancellationToken);
    }

    private async ValueTask<QueryAnswer> AssumeAsync(
        QueryRequest request,
        IdentityRecord role,
        string name,
        ImmutableArray<KeyValuePair<string, string>> tags,
        string? sourceIdentity,
        CancellationToken cancellationToken)
    {
        var seconds = request.FindNumber("DurationSeconds", StsLimits.MinSeconds, StsLimits.MaxRoleSeconds);
        if (seconds > role.MaxSessionSeconds)
        {
            return QueryErrors.ValidationError.Because("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
        }

        if (seconds > StsLimits.MaxChainedSeconds && request.Caller.Session is { Kind: SessionKind.Role })
        {
            return QueryErrors.ValidationError.Because("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
        }

        var policies = await request.FindSessionPoliciesAsync(metadata, role.AccountId, cancellationToken);
        var size = SessionRequest.PackedSize(policies, tags);
        var session = issuer.Begin(SessionKind.Role, name, seconds ?? StsLimits.DefaultRoleSeconds) with
        {
            Role = role.Name,
            RoleArn = IdentityArn.Of(role),
            Policies = policies,
            Tags = tags,
            SourceIdentity = sourceIdentity,
        };
        var grant = SessionIssuer.Issue(role.AccountId, role, session, parentAccessKey: null);
        return QueryAnswer.Of(xml =>
        {
            issuer.Write(xml, grant);
            xml.Start("AssumedRoleUser");
            xml.Element("AssumedRoleId", $"{role.Id}:{name}");
            xml.Element("Arn", IdentityArn.OfSession(AccountNumber.Of(role.AccountId), role.Name, name));
            xml.End();
            if (policies is not null || !tags.IsEmpty)
            {
                xml.Element("PackedPolicySize", size);
            }

            xml.Optional("SourceIdentity", sourceIdentity);
        });
    }

    // Both sides have a say: the role's trust, and the caller's own policies. A trust that names the caller itself is enough within its account.
    private async ValueTask<bool> MayAsync(QueryRequest request, IdentityRecord role, string action, CancellationToken cancellationToken)
    {
        var resource = IdentityArn.Of(role);
        var trust = TrustOf(role)?.Decide(authorizer.QuestionOf(request, action, resource)) ?? PolicyDecision.Deny;
        if (trust is PolicyDecision.Deny or PolicyDecision.None)
        {
            return false;
        }

        if (request.Caller.Session is { Kind: SessionKind.Federated })
        {
            return false;
        }

        var own = await authorizer.DecideAsync(request, action, resource, cancellationToken);
        var isTrustEnough = trust == PolicyDecision.Allow && role.AccountId == request.AccountId && request.Caller.Session?.Policies is null;
        return own == PolicyDecision.Allow || (own != PolicyDecision.Deny && isTrustEnough);
    }

    private static PolicyDocument? TrustOf(IdentityRecord role)
    {
        try
        {
            return PolicyDocument.Parse((role.Document ?? "").TrimStart(), PolicyKind.Trust);
        }
        catch (PolicyException)
        {
            return null;
        }
    }
}
