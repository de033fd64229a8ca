namespace BleepStore.Api.Auth;

/// <summary>Who sends a verified request: what the authoriser asks about.</summary>
internal abstract record Caller
{
    private Caller()
    {
    }

    /// <summary>Nobody: the request carried no credentials at all.</summary>
    public sealed record Anonymous : Caller
    {
        public static readonly Anonymous Instance = new();

        private Anonymous()
        {
        }
    }

    /// <summary>The holder of an access key whose signature was checked.</summary>
    /// <param name="AccountId">The account that the key belongs to: the owner of what it creates.</param>
    /// <param name="DisplayName">The account's name in answers that show an owner.</param>
    /// <param name="AccessKey">The key that signed.</param>
    /// <param name="IsRoot">True for the root credential of the configuration.</param>
    public sealed record Account(string AccountId, string DisplayName, string AccessKey, bool IsRoot) : Caller
    {
        /// <summary>True when the key acts with all rights of its account; false for a user who has none until a policy gives them.</summary>
        public bool HasAccountRights { get; init; } = true;
    }
}
