using System.Security.Cryptography;
using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Conditions;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;

namespace BleepStore.Api.Operations.Objects;

/// <summary>
/// Recognises an SDK's retry of its own conditional write: the first answer may have been lost, and a 412 for the client's own success would be false.
/// </summary>
internal sealed class RetryIdentities
{
    private readonly byte[] _id;
    private readonly WriteCondition _condition;

    private RetryIdentities(byte[] id, WriteCondition condition)
    {
        _id = id;
        _condition = condition;
    }

    /// <summary>The identity of a conditional write with an invocation id; null for all other requests.</summary>
    public static RetryIdentities? Of(S3Request request, WriteCondition condition)
        => condition != WriteCondition.None && request.Header("amz-sdk-invocation-id") is { } invocation && request.Caller is Caller.Account account
            ? new RetryIdentities(
                SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', account.AccessKey, request.Definition.Name, request.Bucket.BucketId, request.Key, invocation))),
                condition)
            : null;

    /// <summary>
    /// What the client is told before its bytes are read or copied, when its condition does not hold now; null when the write may go on. A write that
    /// was carried out before goes on: its bytes decide whether it is the same.
    /// </summary>
    public static async ValueTask<S3Error?> RefusalAsync(
        IMetadataStore metadata, S3Request request, WriteCondition condition, TimeProvider time, CancellationToken cancellationToken)
    {
        if (condition == WriteCondition.None)
        {
            return null;
        }

        var current = await metadata.FindObjectAsync(request.Bucket.BucketId, request.Key, cancellationToken);
        return WriteConditions.Refusal(condition, current, request.Key) is not { } refusal ? null
            : Of(request, condition) is { } identity
                && await metadata.ExecuteAsync(new RecallOperation { Time = time.GetUtcNow(), Id = identity._id }, cancellationToken) ? null
            : refusal;
    }

    /// <summary>Completes it with what the request wants to store: another payload is another request.</summary>
    public RetryIdentity WithPayload(ReadOnlySpan<byte> digest)
        => new(_id, SHA256.HashData([.. digest, .. Encoding.UTF8.GetBytes($"{_condition.IfMatch}\n{_condition.IfNoneMatch}\n{_condition.IfSize}\n{_condition.IfLastModified:O}")]));
}
