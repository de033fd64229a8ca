using BleepStore.Storage;

namespace BleepStore.Tests.Api;

/// <summary>A storage whose copies and writes wait for the test, and fail when it says so: how a slow or broken disk looks to a request.</summary>
internal sealed class GatedStorage(IObjectStorage inner) : IObjectStorage
{
    /// <summary>What copies and writes wait for; none by default.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>What copies, writes and opens throw; nothing by default.</summary>
    public Exception? Failure { get; set; }

    public string Name => inner.Name;

    public bool IsDurable => inner.IsDurable;

    public long? FreeBytes => inner.FreeBytes;

    public async ValueTask<StoredBlob> WriteAsync(BlobAddress address, Stream content, long? length, CancellationToken cancellationToken)
    {
        await PassAsync(cancellationToken);
        return await inner.WriteAsync(address, content, length, cancellationToken);
    }

    public ValueTask<Stream?> OpenAsync(StoredBlob blob, long offset, long length, CancellationToken cancellationToken)
        => Failure is { } failure ? throw failure : inner.OpenAsync(blob, offset, length, cancellationToken);

    public async ValueTask<StoredBlob> CopyAsync(
        StoredBlob source, long offset, long length, BlobAddress address, CancellationToken cancellationToken)
    {
        await PassAsync(cancellationToken);
        return await inner.CopyAsync(source, offset, length, address, cancellationToken);
    }

    public ValueTask DeleteAsync(StoredBlob blob, CancellationToken cancellationToken) => inner.DeleteAsync(blob, cancellationToken);

    public IAsyncEnumerable<StoredBlob> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);

    public ValueTask CheckHealthAsync(CancellationToken cancellationToken) => inner.CheckHealthAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        if (Failure is { } failure)
        {
            throw failure;
        }
    }
}
