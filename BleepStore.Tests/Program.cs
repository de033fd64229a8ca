using BleepStore.Tests.Mutation;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace BleepStore.Tests;

/// <summary>The test program: the runner of all tests, and the process that changed copies of the server are tried in.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => args switch
    {
        [MutantWorker.Word, .. var testClasses] => new MutantWorker(testClasses).RunAsync(Console.In),
        _ when args.Any(arg => arg is "--server" or "--internal-msbuild-node") => TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => ConsoleRunner.Run(args),
    };
}
