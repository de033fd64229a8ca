using BleepStore.Api.Policies;

namespace BleepStore.Api.Auth;

/// <summary>Callers as the principals of policies name them.</summary>
internal static class PolicyCallers
{
    public static PolicyCaller Of(Caller caller) => caller is not Caller.Account account
        ? PolicyCaller.Anonymous
        : new PolicyCaller
        {
            AccountIds = [account.AccountId, account.AccountNumber],
            Arn = account.Arn,
            IssuerArn = account.IssuerArn,
            IdentityId = account.IdentityId,
            IsAccountRoot = account.HasAccountRights,
        };
}
