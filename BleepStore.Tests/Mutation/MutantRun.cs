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

    /// <summary>The assembly as it was built.</summary>
    public static byte[] Server { get; } = File.ReadAllBytes(typeof(PolicyDocument).Assembly.Location);

    /// <summary>Names of the cases that fail; with <paramref name="stopAtFirst"/> only the first.</summary>
    /// <param name="cases">The cases to run by name; all for null.</param>
    public async Task<(IReadOnlyList<string> Passed, IReadOnlyList<string> Failed)> RunAsync(IReadOnlySet<string>? cases, bool stopAtFirst)
    {
        var context = new Copies(server);
        try
        {
            var tests = context.LoadFromAssemblyName(typeof(MutantRun).Assembly.GetName());
            var (passed, failed) = (new List<string>(), new List<string>());
            foreach (var type in testClasses.Select(name => tests.GetType(name, throwOnError: true)!))
            {
                foreach (var (name, run) in await FindCasesAsync(type))
                {
                    if (cases is null || cases.Contains(name))
                    {
                        (await PassesAsync(run) ? passed : failed).Add(name);
                    }

                    if (stopAtFirst && failed.Count > 0)
                    {
                        return (passed, failed);
                    }
                }
            }

            return (passed, failed);
        }
        finally
        {
            context.Unload();
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

    private static async Task<List<(string Name, Func<Task> Run)>> FindCasesAsync(Type type)
    {
        var cases = new List<(string Name, Func<Task> Run)>();
        foreach (var method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(method => method.GetCustomAttribute<FactAttribute>() is not null))
        {
            if (method.GetCustomAttribute<TheoryAttribute>() is null)
            {
                cases.Add(($"{type.Name}.{method.Name}", () => InvokeAsync(type, method, [])));
                continue;
            }

            var number = 0;
            foreach (var arguments in await FindRowsAsync(type, method))
            {
                cases.Add(($"{type.Name}.{method.Name} {number++}", () => InvokeAsync(type, method, arguments)));
            }
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
                ? ((IEnumerable)type.GetProperty(member.MemberName)!.GetValue(obj: null)!).Cast<ITheoryDataRow>().Select(row => row.GetData())
                : (await attribute.GetData(method, tracker)).Select(row => row.GetData()));
        }

        return rows.Count > 0 ? rows : throw new InvalidOperationException($"{type.Name}.{method.Name} has no cases.");
    }

    private static async Task InvokeAsync(Type type, MethodInfo method, object?[] arguments)
    {
        var instance = Activator.CreateInstance(type);
        await ((object?)method.Invoke(instance, Pack(method, arguments)) switch
        {
            Task task => task,
            ValueTask task => task.AsTask(),
            _ => Task.CompletedTask,
        });
    }

    /// <summary>The arguments as the method takes them: defaults added, the last ones gathered where it takes any number.</summary>
    private static object?[] Pack(MethodInfo method, object?[] arguments)
    {
        var parameters = method.GetParameters();
        if (parameters is [.., var last] && last.IsDefined(typeof(ParamArrayAttribute)) && !(arguments.Length == parameters.Length && last.ParameterType.IsInstanceOfType(arguments[^1])))
        {
            var rest = arguments.Skip(parameters.Length - 1).ToArray();
            var array = Array.CreateInstance(last.ParameterType.GetElementType()!, rest.Length);
            Array.Copy(rest, array, rest.Length);
            return [.. arguments.Take(parameters.Length - 1), array];
        }

        return [.. arguments, .. parameters.Skip(arguments.Length).Select(parameter => parameter.DefaultValue)];
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
