using BleepStore.Api.CommandLine;
using BleepStore.Api.Configuration;

return await CommandLineRun.RunAsync(args, EnvironmentSettings.OfProcess(), Console.Out, Console.Error);
