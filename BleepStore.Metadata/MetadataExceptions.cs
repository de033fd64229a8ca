namespace BleepStore.Metadata;

/// <summary>There is no room for the command's rows; it was not applied. S3's 507.</summary>
public sealed class MetadataFullException(string message, Exception? innerException = null) : IOException(message, innerException);

/// <summary>More commands wait than the engine queues; this one was not applied. S3's SlowDown.</summary>
public sealed class MetadataBusyException(string message) : IOException(message);

/// <summary>The engine failed.</summary>
/// <param name="message">What failed.</param>
/// <param name="outcomeUnknown">True when the command may have been applied: its blobs must not be deleted by the caller.</param>
/// <param name="innerException">The engine's error.</param>
public sealed class MetadataUnavailableException(string message, bool outcomeUnknown, Exception? innerException = null)
    : IOException(message, innerException)
{
    /// <summary>True when the command may have been applied.</summary>
    public bool OutcomeUnknown { get; } = outcomeUnknown;
}

/// <summary>The data was written by a newer release, or is not ours; the start stops with this sentence.</summary>
public sealed class MetadataFormatException(string message) : Exception(message);
