using BleepStore.Api.Acl;
using BleepStore.Api.Configuration;
using BleepStore.Api.Operations;
using BleepStore.Api.Policies;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Auth;

/// <summary>
/// The one decision of who may do what, for anonymous callers, accounts and their users alike: an explicit denial wins, the owner's own account
/// needs one side to allow, another account both, and what nobody allows is denied.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-s3-evaluates-access-control.html
/// </summary>
internal sealed class AccessRules(IPrincipalPolicies principals, StoreRegion region, TimeProvider time)
{
    /// <summary>True when the caller has the right that is asked for.</summary>
    public ValueTask<bool> IsAllowedAsync(in AccessQuestion question, CancellationToken cancellationToken)
    {
        var access = question.Bucket is { } bucket ? BucketAccess.Of(bucket) : BucketAccess.Plain;
        return HasNoPolicy(question.Caller, access)
            ? ValueTask.FromResult(Decide(question, access, callerSays: OwnRights(question.Caller), bucketSays: PolicyDecision.None))
            : AskPoliciesAsync(question, access, cancellationToken);
    }

    /// <summary>True when no policy has a say, so that owners and lists decide alone: the way of nearly all requests, which costs nothing.</summary>
    public static bool HasNoPolicy(Caller caller, BucketAccess access)
        => access.Policy is null && caller is not Caller.Account { HasAccountRights: false };

    private async ValueTask<bool> AskPoliciesAsync(AccessQuestion question, BucketAccess access, CancellationToken cancellationToken)
    {
        var keys = new RequestConditionKeys(question, region, time.GetUtcNow());
        var asked = new PolicyQuestion(question.Demand.Action, question.Resource, PolicyCallers.Of(question.Caller), keys);
        var policies = question.Caller is Caller.Account { HasAccountRights: false } user ? await principals.FindAsync(user, cancellationToken) : null;
        var callerSays = policies?.Decide(asked) ?? OwnRights(question.Caller);
        var bucketSays = BucketSays(question, access, asked);
        if (callerSays == PolicyDecision.Deny || bucketSays == PolicyDecision.Deny
            || (policies?.IsWithinSession(asked) == false && !IsGivenToSession(question.Caller, access, asked)))
        {
            return false;
        }

        return question.IsAboutAbsentObject
            ? await IsAllowedAsync(question.About(question.Demand.Listing), cancellationToken)
            : Decide(question, access, callerSays, bucketSays);
    }

    // What is given to a role or user ends at the policies of its session; what is given to that very session comes on top of them.
    private static bool IsGivenToSession(Caller caller, BucketAccess access, PolicyQuestion asked)
        => caller is Caller.Account { Session: not null }
            && access.Policy is { } policy
            && policy.Decide(asked with { Caller = new PolicyCaller { Arn = asked.Caller.Arn } }) == PolicyDecision.Allow
            && policy.Decide(asked with { Caller = PolicyCaller.Anonymous }) != PolicyDecision.Allow;

    private static PolicyDecision BucketSays(AccessQuestion question, BucketAccess access, PolicyQuestion asked)
    {
        var says = access.Policy?.Decide(asked) ?? PolicyDecision.None;
        var isOwners = IsOf(question.Caller, question.Bucket?.OwnerId);
        if (says == PolicyDecision.Deny)
        {
            // Whatever a policy says, the owner can take it back.
            var isWayBack = isOwners && question.Caller is Caller.Account { HasAccountRights: true }
                && asked.Action is "s3:GetBucketPolicy" or "s3:PutBucketPolicy" or "s3:DeleteBucketPolicy";
            return isWayBack ? PolicyDecision.None : PolicyDecision.Deny;
        }

        var isRestricted = access.Block.RestrictPublicBuckets && !isOwners && access.Policy is { } policy && PublicPolicy.IsPublic(policy);
        return isRestricted ? PolicyDecision.None : says;
    }

    /// <summary>What follows when nothing denies.</summary>
    private static bool Decide(in AccessQuestion question, BucketAccess access, PolicyDecision callerSays, PolicyDecision bucketSays)
    {
        if (question.Bucket is not { } bucket)
        {
            return callerSays == PolicyDecision.Allow;
        }

        if (question.IsAboutAbsentObject)
        {
            // Whether a key exists is told only to those who may list.
            return Decide(question.About(question.Demand.Listing), access, callerSays, bucketSays);
        }

        if (question.Demand.IsOfNewObject)
        {
            // Who may write an object owns it, and needs nobody else's leave for the rest. Nobody in particular has no account whose leave that were:
            // what a policy lets it write it may say no more of than that policy lets it.
            return callerSays == PolicyDecision.Allow || bucketSays == PolicyDecision.Allow
                || (question.Caller is Caller.Anonymous && IsGranted(question.About(question.Demand with { Permission = AclPermission.Write }), bucket, access));
        }

        // The policy of a bucket can deny what others own in it, and cannot give it away.
        var owner = OwnerOf(question, bucket, access);
        var allowedByPolicy = owner == bucket.OwnerId ? bucketSays : PolicyDecision.None;
        if (IsOf(question.Caller, owner))
        {
            return callerSays == PolicyDecision.Allow || allowedByPolicy == PolicyDecision.Allow;
        }

        return (callerSays == PolicyDecision.Allow || question.Caller is Caller.Anonymous)
            && (allowedByPolicy is PolicyDecision.Allow or PolicyDecision.AllowAccount || IsGranted(question, bucket, access));
    }

    private static string OwnerOf(in AccessQuestion question, BucketRecord bucket, BucketAccess access)
    {
        if (question.Object is not { } record || access.AreAclsDisabled || question.Demand.Resource != S3Resource.Object)
        {
            return bucket.OwnerId;
        }

        // What no list can grant is both owners'.
        return question.Demand.Permission is null && IsOf(question.Caller, bucket.OwnerId) ? bucket.OwnerId : record.Acl.OwnerId;
    }

    private static bool IsGranted(in AccessQuestion question, BucketRecord bucket, BucketAccess access)
    {
        if (question.Demand.Permission is not { } permission || access.AreAclsDisabled)
        {
            return false;
        }

        var acl = question.Demand.Resource == S3Resource.Object ? question.Object?.Acl : bucket.Acl;
        return acl is not null && AclRules.Grants(acl, question.Caller, permission, ignorePublic: access.Block.IgnorePublicAcls);
    }

    private static PolicyDecision OwnRights(Caller caller)
        => caller is Caller.Account { HasAccountRights: true } ? PolicyDecision.Allow : PolicyDecision.None;

    private static bool IsOf(Caller caller, string? accountId) => caller is Caller.Account account && account.AccountId == accountId;
}
