using BleepStore.Api.Operations;
using BleepStore.Api.Policies;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Auth;

/// <summary>One right that a request needs, with all that it is decided on.</summary>
/// <param name="Request">The request.</param>
/// <param name="Definition">Its operation.</param>
/// <param name="Demand">The right.</param>
/// <param name="Bucket">The bucket it is needed on; null for a right on the service.</param>
/// <param name="Object">The object it is needed on; null when it is absent or none is looked at.</param>
internal readonly record struct AccessQuestion(
    VerifiedRequest Request, S3OperationDefinition Definition, Demand Demand, BucketRecord? Bucket, ObjectRecord? Object)
{
    /// <summary>The document of the request, where conditions can speak of it and it was read for them.</summary>
    public ReadOnlyMemory<byte> Document { get; init; }

    public Caller Caller => Request.Caller;

    /// <summary>True when the right is needed on an object that is not there.</summary>
    public bool IsAboutAbsentObject => Demand.Resource == S3Resource.Object && Object is null;

    /// <summary>ARN of what the right is needed on.</summary>
    public string Resource => BucketPolicyRules.Arn(Demand.Bucket ?? "*", Demand.Key);

    /// <summary>The same question about another right.</summary>
    public AccessQuestion About(Demand demand) => this with { Demand = demand };
}
