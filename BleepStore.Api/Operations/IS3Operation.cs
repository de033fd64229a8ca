using BleepStore.Api.Pipeline;

namespace BleepStore.Api.Operations;

/// <summary>Carries out one operation for a request that was authenticated and authorised. One instance serves all requests at once.</summary>
internal interface IS3Handler
{
    /// <summary>Returns the answer, expected errors included; throws <see cref="Protocol.S3Exception"/> only from parsers and bodies.</summary>
    ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken);
}

/// <summary>A handler that says what it is: to add an operation is to add one such class and its line in <see cref="S3Operations"/>.</summary>
internal interface IS3Operation : IS3Handler
{
    static abstract S3OperationDefinition Definition { get; }
}

/// <summary>An operation's definition and how its handler is made.</summary>
internal sealed record S3Route(S3OperationDefinition Definition, Func<IServiceProvider, IS3Handler> CreateHandler)
{
    public static S3Route To<TOperation>()
        where TOperation : class, IS3Operation
        => new(TOperation.Definition, services => ActivatorUtilities.CreateInstance<TOperation>(services));
}
