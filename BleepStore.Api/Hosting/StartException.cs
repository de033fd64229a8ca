namespace BleepStore.Api.Hosting;

/// <summary>Stops the start with one sentence for the operator.</summary>
/// <param name="exitCode">One of <see cref="CommandLine.ExitCodes"/>.</param>
/// <param name="message">What hinders the start and what to do about it.</param>
/// <param name="innerException">The cause.</param>
internal sealed class StartException(int exitCode, string message, Exception? innerException = null) : Exception(message, innerException)
{
    public int ExitCode { get; } = exitCode;
}
