using BleepStore.Api.Auth;
using BleepStore.Api.Identities;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.QueryApi.Sts;

/// <summary>
/// Sessions of the caller itself, and who that is: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html and its
/// neighbours.
/// </summary>
internal sealed class SessionActions(IMetadataStore metadata, QueryAuthorizer authorizer, SessionIssuer issuer) : IQueryActions
{
    public IEnumerable<QueryAction> Actions =>
    [
        new(QueryService.Sts, "GetCallerIdentity", WhoAsync) { NeedsPermission = false },
        new(QueryService.Sts, "GetSessionToken", GetOwnAsync) { NeedsPermission = false },
        new(QueryService.Sts, "GetFederationToken", FederateAsync),
    ];

    private static ValueTask<QueryAnswer> WhoAsync(QueryRequest request, CancellationToken cancellationToken)
        => ValueTask.FromResult(QueryAnswer.Of(xml =>
        {
            xml.Element("UserId", request.Caller.PrincipalId);
            xml.Element("Account", request.Caller.AccountNumber);
            xml.Element("Arn", request.Caller.Arn);
        }));

    private async ValueTask<QueryAnswer> GetOwnAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var (user, refusal) = await FindUserAsync(request, "GetSessionToken", cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        var session = issuer.Begin(SessionKind.Own, "", SecondsOf(request));
        var grant = SessionIssuer.Issue(request.AccountId, user, session, request.Caller.AccessKey);
        return QueryAnswer.Of(xml => issuer.Write(xml, grant));
    }

    private async ValueTask<QueryAnswer> FederateAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var name = request.GetSessionName("Name", StsLimits.MaxFederatedName);
        var (user, refusal) = await FindUserAsync(request, "GetFederationToken", cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        var policies = await request.FindSessionPoliciesAsync(metadata, request.AccountId, cancellationToken);
        var tags = request.Tags(StsLimits.MaxSessionTags);
        var arn = IdentityArn.OfFederatedUser(request.Caller.AccountNumber, name);

        // Tags are what policies go by: whoever could give itself any would choose its rights.
        if (!tags.IsEmpty && !await authorizer.MayAsync(request, "sts:TagSession", arn, cancellationToken))
        {
            return QueryErrors.AccessDenied.Because($"User: {request.Caller.Arn} is not authorized to perform: sts:TagSession on resource: {arn}");
        }

        var size = SessionRequest.PackedSize(policies, tags);
        var session = issuer.Begin(SessionKind.Federated, name, SecondsOf(request)) with
        {
            // Without policies such a session may nothing but what a bucket's policy gives it.
            Policies = policies ?? [],
            Tags = tags,
        };
        var grant = SessionIssuer.Issue(request.AccountId, user, session, request.Caller.AccessKey);
        return QueryAnswer.Of(xml =>
        {
            issuer.Write(xml, grant);
            xml.Start("FederatedUser");
            xml.Element("FederatedUserId", $"{request.Caller.AccountNumber}:{name}");
            xml.Element("Arn", arn);
            xml.End();
            xml.Element("PackedPolicySize", size);
        });
    }

    /// <summary>The user that asks, null for a root; or why it may not.</summary>
    private async ValueTask<(IdentityRecord? User, QueryError? Refusal)> FindUserAsync(QueryRequest request, string action, CancellationToken cancellationToken)
    {
        if (request.Caller.Session is not null)
        {
            return (null, QueryErrors.AccessDenied.Because($"Cannot call {action} with session credentials"));
        }

        if (request.Caller.User is not { } name)
        {
            return (null, null);
        }

        var user = await metadata.FindIdentityAsync(request.AccountId, IdentityKind.User, name, cancellationToken);
        return (user, user is null ? QueryErrors.InvalidClientTokenId : null);
    }

    private static int SecondsOf(QueryRequest request)
    {
        var seconds = request.FindNumber("DurationSeconds", StsLimits.MinSeconds, StsLimits.MaxOwnSeconds) ?? StsLimits.DefaultOwnSeconds;
        return request.Caller.User is null ? Math.Min(seconds, StsLimits.MaxRootSeconds) : seconds;
    }
}
