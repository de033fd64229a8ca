namespace BleepStore.AppHost.Local;

/// <summary>Why a resource cannot be started, in one line for the person at the terminal.</summary>
internal sealed class HostStartException(string message) : Exception(message);
