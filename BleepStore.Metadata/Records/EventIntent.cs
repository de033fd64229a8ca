using System.Collections.Immutable;

namespace BleepStore.Metadata.Records;

/// <summary>
/// What a command carries when its change has to be told: made by the handler from the rules of the bucket it was authorised against;
/// the store only inserts it, with the order of the change as its sequencer.
/// </summary>
/// <param name="Id">Unique id of the event, the key for deduplication.</param>
/// <param name="Type">Event type, e.g. <c>object.created</c>.</param>
/// <param name="RequestId">Request that caused it.</param>
/// <param name="Principal">Canonical id of the caller.</param>
/// <param name="SourceAddress">Address the request came from.</param>
/// <param name="Time">Command time.</param>
/// <param name="Targets">Names of the targets that matched.</param>
public sealed record EventIntent(
    string Id,
    string Type,
    string RequestId,
    string Principal,
    string SourceAddress,
    DateTimeOffset Time,
    ImmutableArray<string> Targets);

/// <summary>An event that waits in the outbox until every target acknowledged it.</summary>
/// <param name="Sequence">Sequence of the command that caused it.</param>
/// <param name="Ordinal">Distinguishes events of one command.</param>
/// <param name="Intent">What the handler attached.</param>
/// <param name="Bucket">Name of the bucket.</param>
/// <param name="Key">Key of the object; empty for an event of a bucket.</param>
/// <param name="Order">Order of the object version: the sequencer.</param>
/// <param name="VersionId">Version id of the object.</param>
/// <param name="Size">Size of the object in bytes.</param>
/// <param name="ETag">ETag of the object, without quotes.</param>
public sealed record OutboxEvent(
    long Sequence,
    int Ordinal,
    EventIntent Intent,
    string Bucket,
    string Key,
    long Order,
    string VersionId,
    long Size,
    string ETag);
