using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;

namespace BleepStore.Tests.Mutation;

/// <summary>
/// Tries changes one after the other in a process of its own: what runs in circles, fills the memory or the stack ends with the process. A line says
/// where the change is and what is put there, or asks for the unchanged copy, whose failing cases count for nothing afterwards; a line answers each.
/// </summary>
internal sealed class MutantWorker(IReadOnlyList<string> testClasses)
{
    /// <summary>The program's first argument that starts a worker; the test classes follow.</summary>
    public const string Word = "try-changes";

    /// <summary>The line that has the unchanged copy run.</summary>
    public const string Unchanged = "unchanged";

    private readonly HashSet<string> _leftOut = new(StringComparer.Ordinal);

    public async Task<int> RunAsync(TextReader input)
    {
        // Tests may write what they like, elsewhere.
        await using var answers = Console.Out;
        Console.SetOut(TextWriter.Null);
        Console.SetError(TextWriter.Null);
        var lines = Channel.CreateUnbounded<string>();
        new Thread(() => Read(input, lines.Writer)) { IsBackground = true }.Start();
        await foreach (var line in lines.Reader.ReadAllAsync(CancellationToken.None))
        {
            await answers.WriteLineAsync((await AnswerAsync(line.Split(' '))).AsMemory(), CancellationToken.None);
            await answers.FlushAsync(CancellationToken.None);

            // Copies that are done with go before the next one comes.
            for (var i = 0; i < 2; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }

        return 0;
    }

    private async Task<string> AnswerAsync(string[] words)
    {
        if (words is [Unchanged])
        {
            var (passed, failed) = await new MutantRun(MutantRun.Server, testClasses).RunAsync(_ => true, stopAtFirst: false);
            _leftOut.UnionWith(failed);
            return JsonSerializer.Serialize(new[] { passed, failed });
        }

        var server = (byte[])MutantRun.Server.Clone();
        server[int.Parse(words[0], CultureInfo.InvariantCulture)] = byte.Parse(words[1], CultureInfo.InvariantCulture);
        var run = await new MutantRun(server, testClasses).RunAsync(name => !_leftOut.Contains(name), stopAtFirst: true);
        return run.Failed is [var first, ..] ? first : "";
    }

    // Whoever started this process may end while a change runs in circles.
    private static void Read(TextReader input, ChannelWriter<string> lines)
    {
        while (input.ReadLine() is { } line)
        {
            lines.TryWrite(line);
        }

        Environment.Exit(0);
    }
}
