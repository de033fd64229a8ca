using System.Collections.Immutable;
using BleepStore.Api.Policies;

namespace BleepStore.Tests.Policies;

/// <summary>Condition keys of a test's choice, written <c>aws:SourceIp=10.0.0.1</c>; a key can come several times.</summary>
internal sealed class TestKeys(params string[] pairs) : IConditionKeys
{
    public ImmutableArray<string> Find(string key)
        => [.. pairs.Select(pair => pair.Split('=', 2)).Where(pair => ConditionKey.Normalize(pair[0]) == key).Select(pair => pair[1])];
}
