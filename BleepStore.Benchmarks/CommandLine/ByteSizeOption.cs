using System.CommandLine;
using BleepStore.Api.Configuration;

namespace BleepStore.Benchmarks.CommandLine;

/// <summary>An option whose value is a size, such as <c>64KiB</c>.</summary>
internal sealed class ByteSizeOption : Option<long>
{
    public ByteSizeOption(string name, string defaultSize)
        : base(name)
    {
        HelpName = "SIZE";
        DefaultValueFactory = _ => Parse(defaultSize);
        CustomParser = result =>
        {
            if (!ByteSizes.TryParse(result.Tokens[0].Value, out var value))
            {
                result.AddError($"{name}: '{result.Tokens[0].Value}' is no size such as 64KiB.");
            }

            return value;
        };
    }

    private static long Parse(string text) => ByteSizes.TryParse(text, out var value) ? value : throw new ArgumentException(text, nameof(text));
}
