using System.CommandLine;
using BleepStore.Benchmarks.CommandLine;
using BleepStore.Benchmarks.Load;

// Preparing a run blocks threads on sockets; the pool grows too slowly for that.
ThreadPool.SetMinThreads(32, 4);
var root = new RootCommand("Measures S3 servers, and BleepStore against what the machine can do at best.");
root.Subcommands.Add(new LoadCommand());
root.Subcommands.Add(new BarsCommand());
root.Subcommands.Add(new MicroCommand());
root.Subcommands.Add(new SpikeCommand());
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (LoadException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
