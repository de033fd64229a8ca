using System.Collections;
using System.Reflection;
using System.Runtime.Loader;
using BleepStore.Api.Policies;
using Xunit.Sdk;
using Xunit.v3;

namespace BleepStore.Tests.Mutation;

/// <summary>Runs the cases of test classes against a changed copy of the server's assembly, loaded beside the real one.</summary>
internal sealed class MutantRun(byte[] server, IReadOnlyList<string> testClasses)
{
    private static readonly string s_server = typeof(PolicyDocument).Assembly.GetName().Name!;
    private static readonly byte[] s_tests = File.ReadAllBytes(typeof(MutantRun).Assembly.Location);

    private readonly List<string> _passed = [];
    private readonly List<string> _failed = [];

    /// <summary>The assembly as it was built.</summary>
    public static byte[] Server { get; } = File.ReadAllBytes(typeof(PolicyDocument).Assembly.Location);

    /// <summary>Names of the cases that pass and fail; with <paramref name="stopAtFirst"/> only until one fails.</summary>
    /// <param name="isWanted">Tells by their names which cases to run.</param>
    public async Task<(IReadOnlyList<string> Passed, IReadOnlyList<string> Failed)> RunAsync(Func<string, bool> isWanted, bool stopAtFirst)
    {
        var context = new Copies(server);
        try
        {
            var tests = context.LoadFromAssemblyName(typeof(MutantRun).Assembly.GetName());
            foreach (var type in testClasses.Select(name => tests.GetType(name, throwOnError: true)!))
            {
                await RunAsync(type, isWanted, stopAtFirst);
                if (stopAtFirst && _failed.Count > 0)
                {
                    break;
                }
            }

            return (_passed, _failed);
        }
        finally
        {
            context.Unload();
        }
    }

    private async Task RunAsync(Type type, Func<string, bool> isWanted, bool stopAtFirst)
    {
        var fixtures = new List<object>();
        try
        {
            foreach (var parameter in type.GetConstructors().Single().GetParameters())
            {
                fixtures.Add(parameter.ParameterType == typeof(ITestOutputHelper) ? new Silence() : Activator.CreateInstance(parameter.ParameterType)!);
                await (fixtures[^1] is IAsyncLifetime lifetime ? lifetime.InitializeAsync() : ValueTask.CompletedTask);
            }

            foreach (var test in (await FindCasesAsync(type)).Where(test => isWanted(test.Name)))
            {
                (await PassesAsync(() => test.RunAsync(type, [.. fixtures])) ? _passed : _failed).Add(test.Name);
                if (stopAtFirst && _failed.Count > 0)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // No fixture, no tests: what is changed was noticed by all of them.
            if (isWanted(type.Name))
            {
                _failed.Add(type.Name);
            }
        }
        finally
        {
            foreach (var fixture in fixtures)
            {
                await PassesAsync(() => MutantCase.DisposeAsync(fixture).AsTask());
            }
        }
    }

    private static async Task<bool> PassesAsync(Func<Task> run)
    {
        try
        {
            await run();
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task<List<MutantCase>> FindCasesAsync(Type type)
    {
        var cases = new List<MutantCase>();
        foreach (var method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(method => method.GetCustomAttribute<FactAttribute>() is { Explicit: false }))
        {
            if (method.GetCustomAttribute<TheoryAttribute>() is null)
            {
                cases.Add(new MutantCase($"{type.Name}.{method.Name}", method, []));
                continue;
            }

            cases.AddRange((await FindRowsAsync(type, method)).Select((row, number) => new MutantCase($"{type.Name}.{method.Name} {number}", method, row)));
        }

        return cases;
    }

    /// <summary>The arguments of each case of a theory, which has at least one.</summary>
    private static async Task<List<object?[]>> FindRowsAsync(Type type, MethodInfo method)
    {
        var rows = new List<object?[]>();
        foreach (var attribute in method.GetCustomAttributes().OfType<IDataAttribute>())
        {
            await using var tracker = new DisposalTracker();

            // Members are read from the copy: what is asked by the attribute alone answers nothing for a type that the runner did not find itself.
            rows.AddRange(attribute is MemberDataAttribute member
                ? ReadMember(member.MemberType ?? type, member.MemberName).Cast<ITheoryDataRow>().Select(row => row.GetData())
                : (await attribute.GetData(method, tracker)).Select(row => row.GetData()));
        }

        return rows.Count > 0 ? rows : throw new InvalidOperationException($"{type.Name}.{method.Name} has no cases.");
    }

    private static IEnumerable ReadMember(Type type, string name)
        => (IEnumerable)(type.GetProperty(name) is { } property ? property.GetValue(obj: null) : type.GetMethod(name)!.Invoke(obj: null, []))!;

    /// <summary>Takes what tests tell and keeps nothing of it.</summary>
    private sealed class Silence : ITestOutputHelper
    {
        public string Output => "";

        public void Write(string message)
        {
        }

        public void Write(string format, params object[] args)
        {
        }

        public void WriteLine(string message)
        {
        }

        public void WriteLine(string format, params object[] args)
        {
        }
    }

    /// <summary>The changed server, and these tests once more, bound to it.</summary>
    private sealed class Copies(byte[] server) : AssemblyLoadContext(isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName assemblyName)
            => assemblyName.Name == s_server ? LoadFromStream(new MemoryStream(server))
                : assemblyName.Name == typeof(MutantRun).Assembly.GetName().Name ? LoadFromStream(new MemoryStream(s_tests))
                : null;
    }
}
