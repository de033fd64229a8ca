using System.Collections.Immutable;

namespace BleepStore.Api.Policies;

/// <summary>
/// What a request says of itself, by condition key: where conditions and policy variables find their values. An implementation answers only
/// from what the server knows or checked; whoever asks must take an empty answer for an absent key.
/// </summary>
internal interface IConditionKeys
{
    /// <summary>The values of a key; empty when the request has none.</summary>
    /// <param name="key">The key in lower case, but what follows a slash as the policy wrote it: <c>s3:existingobjecttag/Team</c>.</param>
    ImmutableArray<string> Find(string key);
}

/// <summary>A request without any keys: for what is decided from the policy alone.</summary>
internal sealed class NoConditionKeys : IConditionKeys
{
    public static readonly NoConditionKeys Instance = new();

    public ImmutableArray<string> Find(string key) => [];
}
