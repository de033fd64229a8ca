using System.Collections.Immutable;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Content;

/// <summary>Bytes that wait for the command that names them: durable as blobs already, or about to travel in the command itself.</summary>
/// <param name="Segments">What the command names; none for no bytes.</param>
/// <param name="InlineBody">The sealed bytes of the inline segment (see <see cref="Content.InlineBody"/>); empty where all are blobs.</param>
internal readonly record struct WrittenContent(ImmutableArray<Segment> Segments, ReadOnlyMemory<byte> InlineBody)
{
    /// <summary>No bytes at all.</summary>
    public static readonly WrittenContent Empty = new([], default);
}
