namespace BleepStore.Api.Configuration;

/// <summary>The one region this store is.</summary>
/// <param name="Name">As in credential scopes, e.g. <c>us-east-1</c>.</param>
internal sealed record StoreRegion(string Name)
{
    /// <summary>True for what a region of AWS could be called: <c>eu-west-1</c>, <c>us-gov-west-1</c>.</summary>
    public static bool IsRegion(string text)
        => text.Split('-') is [{ Length: 2 } place, .. { Length: > 0 } names, [>= '0' and <= '9']]
            && names.Prepend(place).All(name => name.Length > 0 && name.All(char.IsAsciiLetterLower));
}
