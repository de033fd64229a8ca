using System.Collections.Immutable;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Content;

/// <summary>Looks up what is known of single parts of a multipart object: where their bytes are, and their records.</summary>
internal sealed class PartReader(IMetadataStore metadata)
{
    private const int PartsPerPage = 1000;

    /// <summary>Up to <paramref name="limit"/> parts that the object consists of, behind a part number.</summary>
    /// <param name="uploadId">The completed upload.</param>
    /// <param name="after">Part number before the first.</param>
    /// <param name="limit">Parts at most.</param>
    public async ValueTask<ImmutableArray<PartRecord>> ListAsync(string uploadId, int after, int limit, CancellationToken cancellationToken)
    {
        var listed = await ListNumbersAsync(uploadId, after, limit, cancellationToken);
        var parts = ImmutableArray.CreateBuilder<PartRecord>(listed.Count);
        for (var position = after; parts.Count < listed.Count;)
        {
            // Among them may still be parts that were uploaded and not listed at completion.
            var page = await metadata.ListPartsAsync(uploadId, position, PartsPerPage, cancellationToken);
            if (page.IsEmpty)
            {
                break;
            }

            parts.AddRange(page.Where(part => listed.Contains(part.PartNumber)));
            position = page[^1].PartNumber;
        }

        return parts.ToImmutable();
    }

    /// <summary>The record of one part; null when the upload has none of that number.</summary>
    public async ValueTask<PartRecord?> FindAsync(string uploadId, int number, CancellationToken cancellationToken)
        => await metadata.ListPartsAsync(uploadId, number - 1, limit: 1, cancellationToken) is [var part] && part.PartNumber == number ? part : null;

    private async ValueTask<HashSet<int>> ListNumbersAsync(string uploadId, int after, int limit, CancellationToken cancellationToken)
    {
        var numbers = new HashSet<int>();
        for (var index = 0; numbers.Count < limit; index++)
        {
            if (await metadata.FindManifestChunkAsync(uploadId, chunk: index, cancellationToken) is not { } chunk)
            {
                break;
            }

            numbers.UnionWith(chunk.Parts.Select(part => part.PartNumber).Where(number => number > after).Take(limit - numbers.Count));
        }

        return numbers;
    }
}
