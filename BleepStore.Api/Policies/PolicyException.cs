namespace BleepStore.Api.Policies;

/// <summary>Carries out of the policy parser why a document is none; its message is the sentence that AWS gives.</summary>
internal sealed class PolicyException(string message, string? detail = null, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>What exactly is wrong; AWS shows it for policies of buckets.</summary>
    public string? Detail { get; } = detail;

    /// <summary>Message and detail, for people who wrote the document and look for the fault.</summary>
    public string Explanation => Detail is null ? Message : $"{Message} {Detail}";
}
