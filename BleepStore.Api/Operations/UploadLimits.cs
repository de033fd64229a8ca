namespace BleepStore.Api.Operations;

/// <summary>Limits that configuration may lower.</summary>
/// <param name="MaxObjectBytes">Largest body of one PUT or part.</param>
internal sealed record UploadLimits(long MaxObjectBytes);
