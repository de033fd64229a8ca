namespace BleepStore.Api.Configuration;

/// <summary>The one region this store is.</summary>
/// <param name="Name">As in credential scopes, e.g. <c>us-east-1</c>.</param>
internal sealed record StoreRegion(string Name);
