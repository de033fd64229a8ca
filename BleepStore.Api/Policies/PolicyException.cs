namespace BleepStore.Api.Policies;

/// <summary>Carries out of the policy parser why a document is none; its message is the sentence that AWS gives.</summary>
internal sealed class PolicyException(string message, string? detail = null, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The part of the document that is wrong, where AWS shows it.</summary>
    public string? Detail { get; } = detail;
}
