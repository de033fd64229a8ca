namespace BleepStore.Api.Configurations;

/// <summary>
/// Whether a bucket answers under the accelerated host names. Kept and shown for the clients that set it; there is one way to this server, so it
/// changes nothing.
/// </summary>
/// <param name="Status"><c>Enabled</c> or <c>Suspended</c>; null for a bucket that was never configured.</param>
internal sealed record TransferAcceleration(string? Status)
{
    /// <summary>What a bucket has that was never configured: an empty document.</summary>
    public static readonly TransferAcceleration Default = new(Status: null);

    public static readonly ConfigurationDocument<TransferAcceleration> Document = new(
        "accelerate",
        "AccelerateConfiguration",
        node => new TransferAcceleration(node.Allow("Status").OneOf("Status", "Enabled", "Suspended") ?? throw XmlValues.Malformed()),
        (writer, acceleration) => writer.Optional("Status", acceleration.Status));
}
