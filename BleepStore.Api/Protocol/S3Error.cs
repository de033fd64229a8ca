using System.Collections.Immutable;

namespace BleepStore.Api.Protocol;

/// <summary>What S3 answers when it refuses: returned by handlers, thrown inside <see cref="S3Exception"/> by parsers, authentication and bodies.</summary>
/// <param name="Status">HTTP status code.</param>
/// <param name="Code">The error code that clients branch on.</param>
/// <param name="Message">The sentence for humans.</param>
internal sealed record S3Error(int Status, string Code, string Message)
{
    /// <summary>Extra elements that AWS gives with this error, in the order they are written: <c>BucketName</c>, <c>Key</c>, <c>ArgumentName</c> …</summary>
    public ImmutableArray<KeyValuePair<string, string>> Details { get; init; } = [];

    /// <summary>The same error with one more element.</summary>
    public S3Error With(string element, string value) => this with { Details = Details.Add(new(element, value)) };

    /// <summary>The same error with a more telling sentence.</summary>
    public S3Error Because(string message) => this with { Message = message };
}

/// <summary>Carries an <see cref="S3Error"/> out of a parser, the authenticator or a body; written as that error's XML.</summary>
internal sealed class S3Exception(S3Error error, Exception? innerException = null) : Exception(error.Message, innerException)
{
    /// <summary>What the client is told.</summary>
    public S3Error Error { get; } = error;
}
