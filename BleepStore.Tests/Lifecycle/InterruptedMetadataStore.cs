using System.Reflection;
using BleepStore.Metadata;

namespace BleepStore.Tests.Lifecycle;

/// <summary>A store in which something else happens right before the first command of a kind: what a race does now and then.</summary>
public class InterruptedMetadataStore : DispatchProxy
{
    private IMetadataStore _inner = null!;
    private Type _command = null!;
    private Func<Task>? _interruption;

    internal static IMetadataStore Before<TCommand>(IMetadataStore inner, Func<Task> interruption)
    {
        var store = Create<IMetadataStore, InterruptedMetadataStore>();
        var proxy = (InterruptedMetadataStore)(object)store;
        (proxy._inner, proxy._command, proxy._interruption) = (inner, typeof(TCommand), interruption);
        return store;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (args is [{ } command, ..] && command.GetType() == _command && Interlocked.Exchange(ref _interruption, null) is { } interruption)
        {
            // The memory engine has done it when it returns.
            interruption().IsCompletedSuccessfully.ShouldBeTrue();
        }

        return targetMethod!.Invoke(_inner, args);
    }
}
