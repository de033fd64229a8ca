namespace BleepStore.Api.Configuration;

/// <summary>One value and where it was written.</summary>
internal readonly record struct SourcedValue(string Value, string Origin);

/// <summary>A configuration source of values that are known when it is made: the environment, the command line.</summary>
internal sealed class FixedSource(IReadOnlyDictionary<string, SourcedValue> values) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(values);

    private sealed class Provider : ConfigurationProvider, ISettingOrigin
    {
        private readonly Dictionary<string, string> _origins = new(StringComparer.OrdinalIgnoreCase);

        public Provider(IReadOnlyDictionary<string, SourcedValue> values)
        {
            foreach (var (path, value) in values)
            {
                Data[path] = value.Value;
                _origins[path] = value.Origin;
            }
        }

        public string OriginOf(string path) => _origins.GetValueOrDefault(path, "");
    }
}
