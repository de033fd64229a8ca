using System.Reflection;

namespace BleepStore.Tests.Mutation;

/// <summary>One case of a test class of copies: its name, and what it takes to run it.</summary>
/// <param name="Name">Class, method, and the number of the row.</param>
/// <param name="Method">The test.</param>
/// <param name="Arguments">Those of the row.</param>
internal sealed record MutantCase(string Name, MethodInfo Method, object?[] Arguments)
{
    /// <summary>Runs the case on an instance of its own, as the runner does.</summary>
    /// <param name="type">The test class.</param>
    /// <param name="fixtures">What its constructor takes.</param>
    public async Task RunAsync(Type type, object[] fixtures)
    {
        var instance = Activator.CreateInstance(type, fixtures)!;
        try
        {
            if (instance is IAsyncLifetime lifetime)
            {
                await lifetime.InitializeAsync();
            }

            await ((object?)Method.Invoke(instance, Pack()) switch
            {
                Task task => task,
                ValueTask task => task.AsTask(),
                _ => Task.CompletedTask,
            });
        }
        finally
        {
            await DisposeAsync(instance);
        }
    }

    /// <summary>Disposes of a test class or of a fixture.</summary>
    public static async ValueTask DisposeAsync(object instance)
    {
        if (instance is IAsyncDisposable asynchronous)
        {
            await asynchronous.DisposeAsync();
        }
        else if (instance is IDisposable disposable)
        {
            disposable.Dispose();
        }
    }

    /// <summary>The arguments as the method takes them: defaults added, the last ones gathered where it takes any number.</summary>
    private object?[] Pack()
    {
        var parameters = Method.GetParameters();
        if (parameters is [.., var last] && last.IsDefined(typeof(ParamArrayAttribute)) && !(Arguments.Length == parameters.Length && last.ParameterType.IsInstanceOfType(Arguments[^1])))
        {
            var rest = Arguments.Skip(parameters.Length - 1).ToArray();
            var array = Array.CreateInstance(last.ParameterType.GetElementType()!, rest.Length);
            Array.Copy(rest, array, rest.Length);
            return [.. Arguments.Take(parameters.Length - 1), array];
        }

        return [.. Arguments, .. parameters.Skip(Arguments.Length).Select(parameter => parameter.DefaultValue)];
    }
}
