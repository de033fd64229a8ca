using BleepStore.Api.CommandLine;
using BleepStore.Api.Configuration;
using BleepStore.Api.Hosting;

NativeHeap.Bound();
return await CommandLineRun.RunAsync(args, EnvironmentSettings.OfProcess(), Console.Out, Console.Error);
