using System.Reflection;

namespace BleepStore.Tests.Integrity;

/// <summary>A store that lets others work between two calls of whoever uses it: before the call of a chosen number something happens.</summary>
#pragma warning disable CA1852 // The proxy is a subclass made at run time.
internal class InterruptedStore : DispatchProxy
#pragma warning restore CA1852
{
    private object _inner = null!;
    private Interruption _interruption = null!;

    /// <summary>The store as the one who is interrupted sees it.</summary>
    public static T Around<T>(T inner, Interruption interruption)
        where T : class
    {
        var proxy = Create<T, InterruptedStore>();
        var store = (InterruptedStore)(object)proxy;
        (store._inner, store._interruption) = (inner, interruption);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _interruption.Count();
        return targetMethod!.Invoke(_inner, args);
    }
}

/// <summary>Counts calls and runs something before one of them.</summary>
internal sealed class Interruption(int before, Func<Task> action)
{
    /// <summary>Calls so far.</summary>
    public int Calls { get; private set; }

    public void Count()
    {
        if (++Calls == before)
        {
#pragma warning disable VSTHRD002 // Stores in memory complete at once.
            action().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        }
    }
}
