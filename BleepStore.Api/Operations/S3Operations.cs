using System.Collections.Immutable;

namespace BleepStore.Api.Operations;

/// <summary>Every operation that exists. What is not in this list is answered with 501 NotImplemented.</summary>
internal static class S3Operations
{
    public static readonly ImmutableArray<S3Route> All = [];
}
