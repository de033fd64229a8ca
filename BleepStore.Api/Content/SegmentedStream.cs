using BleepStore.Api.Encryption;

namespace BleepStore.Api.Content;

/// <summary>Reads slices of segments one after another, each opened when it is reached.</summary>
internal sealed class SegmentedStream(ObjectReader reader, IAsyncEnumerable<SegmentSlice> slices, DataKey? dataKey) : ForwardStream
{
    private readonly IAsyncEnumerator<SegmentSlice> _slices = slices.GetAsyncEnumerator();
    private Stream? _current;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            if (_current is null)
            {
                if (!await _slices.MoveNextAsync())
                {
                    return 0;
                }

                var slice = _slices.Current;
                _current = await reader.OpenSegmentAsync(slice.Segment, slice.Offset, slice.Length, dataKey, cancellationToken);
            }

            var count = await _current.ReadAsync(buffer, cancellationToken);
            if (count > 0)
            {
                return count;
            }

            await _current.DisposeAsync();
            _current = null;
        }

        return 0;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_current is not null)
        {
            await _current.DisposeAsync();
        }

        await _slices.DisposeAsync();
        await base.DisposeAsync();
    }
}
