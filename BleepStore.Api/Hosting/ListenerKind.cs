namespace BleepStore.Api.Hosting;

/// <summary>What a connection may ask for, by the listener it came in on.</summary>
internal enum ListenerKind
{
    S3,
    Admin,
}

/// <summary>Set on every connection, found by every request.</summary>
internal sealed record ListenerFeature(ListenerKind Kind);
