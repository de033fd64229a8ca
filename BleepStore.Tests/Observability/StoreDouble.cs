using System.Reflection;
using BleepStore.Metadata;
using BleepStore.Storage;

namespace BleepStore.Tests.Observability;

/// <summary>A store or storage of which only some members answer, as the test says; every other call is a mistake of the test.</summary>
#pragma warning disable CA1852 // The proxy is a subclass made at run time.
internal class StoreDouble : DispatchProxy
#pragma warning restore CA1852
{
    private Dictionary<string, Func<object?[], object>> _answers = [];

    public static IMetadataStore Metadata(params (string Member, Func<object?[], object> Answer)[] answers) => Create<IMetadataStore>(answers);

    public static IObjectStorage Storage(params (string Member, Func<object?[], object> Answer)[] answers) => Create<IObjectStorage>(answers);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        => _answers.TryGetValue(targetMethod!.Name, out var answer)
            ? answer(args ?? [])
            : throw new InvalidOperationException($"{targetMethod.Name} was not expected.");

    private static T Create<T>((string Member, Func<object?[], object> Answer)[] answers)
        where T : class
    {
        var proxy = Create<T, StoreDouble>();
        ((StoreDouble)(object)proxy)._answers = answers.ToDictionary(answer => answer.Member, answer => answer.Answer);
        return proxy;
    }
}
