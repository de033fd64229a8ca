using System.Collections.Immutable;
using System.Globalization;
using BleepStore.Api.Auth;
using BleepStore.Api.Policies;

namespace BleepStore.Api.QueryApi;

/// <summary>What policies can ask about a request to IAM or STS.</summary>
internal sealed class QueryConditionKeys(QueryRequest request, TimeProvider time) : IConditionKeys
{
    private const string PrincipalTag = "aws:principaltag/";
    private const string RequestTag = "aws:requesttag/";

    public ImmutableArray<string> Find(string key)
    {
        return key switch
        {
            "aws:currenttime" => [time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)],
            "aws:epochtime" => [time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)],
            "aws:securetransport" => [request.Incoming.IsTls ? "true" : "false"],
            "aws:sourceip" => Optional(request.SourceAddress),
            "aws:useragent" => Optional(request.Incoming.Header("User-Agent")),
            "aws:tagkeys" => [.. request.Tags().Select(tag => tag.Key)],
            "sts:externalid" => Optional(request.Find("ExternalId")),
            "sts:rolesessionname" => Optional(request.Find("RoleSessionName")),
            "sts:sourceidentity" => Optional(request.Find("SourceIdentity")),
            "iam:policyarn" => Optional(request.Find("PolicyArn")),
            _ when key.StartsWith(PrincipalTag, StringComparison.Ordinal) => Optional(CallerConditionKeys.FindTag(request.Caller, key[PrincipalTag.Length..])),
            _ when key.StartsWith(RequestTag, StringComparison.Ordinal) => TagOf(request.Tags(), key[RequestTag.Length..]),
            _ => Optional(CallerConditionKeys.Find(request.Caller, key)),
        };
    }

    private static ImmutableArray<string> TagOf(ImmutableArray<KeyValuePair<string, string>> tags, string name)
        => [.. tags.Where(tag => tag.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(tag => tag.Value)];

    private static ImmutableArray<string> Optional(string? value) => value is null ? [] : [value];
}
