using BleepStore.Api.Configuration;
using BleepStore.Api.Hosting;

namespace BleepStore.Api.CommandLine;

/// <summary>Turns whatever stops a command into one line on standard error and an exit code.</summary>
internal static class CommandGuard
{
    public static async Task<int> RunAsync(TextWriter errors, Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (ConfigurationException e)
        {
            foreach (var line in e.Lines)
            {
                await errors.WriteLineAsync("bleepstore: " + line);
            }

            return ExitCodes.Usage;
        }
        catch (StartException e)
        {
            await errors.WriteLineAsync("bleepstore: " + e.Message.ReplaceLineEndings(" "));
            return e.ExitCode;
        }
        catch (Exception e)
        {
            await errors.WriteLineAsync($"bleepstore: unforeseen failure: {e}");
            return ExitCodes.Failure;
        }
    }
}
