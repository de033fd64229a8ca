using System.Diagnostics;
using BleepStore.Storage;

namespace BleepStore.Api.Observability.Tracing;

/// <summary>Gives everything a request asks of its storage backend a span; costs one branch when nobody collects spans.</summary>
internal sealed class TracedObjectStorage(IObjectStorage inner) : IObjectStorage
{
    public string Name => inner.Name;

    public bool IsDurable => inner.IsDurable;

    public long? FreeBytes => inner.FreeBytes;

    public ValueTask<StoredBlob> WriteAsync(BlobAddress address, Stream content, long? length, CancellationToken cancellationToken)
        => Span.EndAsync(Start("Write"), inner.WriteAsync(address, content, length, cancellationToken));

    /// <summary>The span covers opening; the bytes flow while the answer is sent.</summary>
    public ValueTask<Stream?> OpenAsync(StoredBlob blob, long offset, long length, CancellationToken cancellationToken)
        => Span.EndAsync(Start("Open"), inner.OpenAsync(blob, offset, length, cancellationToken));

    public ValueTask<StoredBlob> CopyAsync(StoredBlob source, long offset, long length, BlobAddress address, CancellationToken cancellationToken)
        => Span.EndAsync(Start("Copy"), inner.CopyAsync(source, offset, length, address, cancellationToken));

    public ValueTask DeleteAsync(StoredBlob blob, CancellationToken cancellationToken)
        => Span.EndAsync(Start("Delete"), inner.DeleteAsync(blob, cancellationToken));

    public IAsyncEnumerable<StoredBlob> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);

    public ValueTask CheckHealthAsync(CancellationToken cancellationToken) => inner.CheckHealthAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private Activity? Start(string name) => RequestTracing.StartStorage(inner.Name, name);
}
