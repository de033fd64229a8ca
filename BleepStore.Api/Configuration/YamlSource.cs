using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace BleepStore.Api.Configuration;

/// <summary>
/// The configuration file as a configuration source: maps become sections, lists are numbered, and every value knows its line.
/// </summary>
internal sealed class YamlSource(string path) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(path);

    private sealed class Provider(string path) : ConfigurationProvider, ISettingOrigin
    {
        private readonly Dictionary<string, long> _lines = new(StringComparer.OrdinalIgnoreCase);
        private readonly string _name = Path.GetFileName(path);

        public IEnumerable<string> Bare => _lines.Keys.Where(path => !Data.ContainsKey(path));

        public string OriginOf(string path) => string.Create(CultureInfo.InvariantCulture, $"{_name}:{_lines.GetValueOrDefault(path)}");

        public override void Load()
        {
            try
            {
                using var text = new StreamReader(path);
                var stream = new YamlStream();
                stream.Load(text);
                if (stream.Documents.Count > 0)
                {
                    Add("", stream.Documents[0].RootNode);
                }
            }
            catch (YamlException e)
            {
                var reason = (e.InnerException ?? e).Message.ReplaceLineEndings(" ");
                throw new ConfigurationException(string.Create(CultureInfo.InvariantCulture, $"{path}:{e.Start.Line}: this is not YAML: {reason}"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ConfigurationException($"The configuration file {path} cannot be read: {e.Message}");
            }
        }

        private void Add(string at, YamlNode node)
        {
            switch (node)
            {
                case YamlMappingNode { Children.Count: 0 } or YamlSequenceNode { Children.Count: 0 } when at.Length > 0:
                    _lines[at] = node.Start.Line;
                    break;
                case YamlMappingNode map:
                    foreach (var (key, value) in map.Children)
                    {
                        Add(Join(at, key.ToString()), value);
                    }

                    break;
                case YamlSequenceNode list:
                    for (var i = 0; i < list.Children.Count; i++)
                    {
                        Add(Join(at, i.ToString(CultureInfo.InvariantCulture)), list.Children[i]);
                    }

                    break;
                case YamlScalarNode scalar when !IsNull(scalar):
                    AddScalar(at, scalar);
                    break;
                default:
                    if (at.Length > 0)
                    {
                        _lines[at] = node.Start.Line;
                    }

                    break;
            }
        }

        private void AddScalar(string at, YamlScalarNode scalar)
        {
            if (at.Length == 0)
            {
                throw new ConfigurationException($"{path}: the file must hold sections such as 'server:', not a single value.");
            }

            if (!Data.TryAdd(at, scalar.Value))
            {
                throw new ConfigurationException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path}:{scalar.Start.Line}: {at.Replace(':', '.')} is given twice, in line {_lines[at]} and here."));
            }

            _lines[at] = scalar.Start.Line;
        }

        // A key without a value leaves its default.
        private static bool IsNull(YamlScalarNode scalar)
            => scalar.Style is ScalarStyle.Plain && scalar.Value is null or "" or "~" or "null" or "Null" or "NULL";

        private static string Join(string at, string key) => at.Length == 0 ? key : at + ConfigurationPath.KeyDelimiter + key;
    }
}
