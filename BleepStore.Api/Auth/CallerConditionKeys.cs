namespace BleepStore.Api.Auth;

/// <summary>The condition keys that say who calls.</summary>
internal static class CallerConditionKeys
{
    /// <summary>The value of a key; null where the caller has none.</summary>
    public static string? Find(Caller caller, string key) => caller is Caller.Account account
        ? key switch
        {
            "aws:principalaccount" => account.AccountId,
            "aws:principalarn" => PolicyCallers.Of(account).Arn,
            "aws:principaltype" => account.HasAccountRights ? "Account" : "User",
            "aws:userid" => account.AccountId,
            _ => null,
        }
        : key switch
        {
            "aws:principaltype" => "Anonymous",
            "aws:userid" => "anonymous",
            _ => null,
        };
}
