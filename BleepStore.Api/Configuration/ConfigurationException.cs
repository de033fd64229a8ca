using System.Collections.Immutable;

namespace BleepStore.Api.Configuration;

/// <summary>Stops the start: says for each key that is wrong, in one line, what it is, where it comes from and what is allowed.</summary>
internal sealed class ConfigurationException(ImmutableArray<string> lines) : Exception(string.Join('\n', lines))
{
    public ConfigurationException(string line)
        : this([line])
    {
    }

    /// <summary>One line for each fault; none holds a secret.</summary>
    public ImmutableArray<string> Lines { get; } = lines;
}
