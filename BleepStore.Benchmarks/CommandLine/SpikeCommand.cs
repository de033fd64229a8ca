using System.CommandLine;
using BleepStore.Benchmarks.Spikes;

namespace BleepStore.Benchmarks.CommandLine;

/// <summary><c>spike NAME</c>: serves one of the bare servers that figures are compared with.</summary>
internal sealed class SpikeCommand : Command
{
    public SpikeCommand()
        : base("spike", "Serves a bare Kestrel that does one thing, until it is told to stop.")
    {
        var name = new Argument<string>("NAME") { Description = string.Join("; ", SpikeCatalog.Names.Select(entry => $"{entry.Key}: {entry.Value}")) };
        var readyFile = new Option<string>("--ready-file") { Description = "Write the bound URL as JSON here", HelpName = "FILE", Required = true };
        var directory = new Option<string>("--data") { Description = "Where its files lie", HelpName = "DIR", DefaultValueFactory = _ => Path.GetTempPath() };
        var size = new ByteSizeOption("--size", "1KiB") { Description = "Bytes of the file that get sends" };
        name.AcceptOnlyFromAmong([.. SpikeCatalog.Names.Keys]);
        Arguments.Add(name);
        Options.Add(readyFile);
        Options.Add(directory);
        Options.Add(size);
        SetAction((parsed, cancellationToken) => SpikeCatalog.RunAsync(
            parsed.GetValue(name)!, parsed.GetValue(directory)!, checked((int)parsed.GetValue(size)), parsed.GetValue(readyFile)!, cancellationToken));
    }
}
