using BleepStore.Storage;

namespace BleepStore.Tests.Storage;

/// <summary>A decorator to derive the tests' storages from.</summary>
internal abstract class ForwardingObjectStorage(IObjectStorage inner) : IObjectStorage
{
    public string Name => inner.Name;

    public bool IsDurable => inner.IsDurable;

    public virtual long? FreeBytes => inner.FreeBytes;

    public virtual ValueTask<StoredBlob> WriteAsync(
        BlobAddress address, Stream content, long? length, CancellationToken cancellationToken) =>
        inner.WriteAsync(address, content, length, cancellationToken);

    public virtual ValueTask<Stream?> OpenAsync(StoredBlob blob, long offset, long length, CancellationToken cancellationToken) =>
        inner.OpenAsync(blob, offset, length, cancellationToken);

    public virtual ValueTask<StoredBlob> CopyAsync(
        StoredBlob source, long offset, long length, BlobAddress address, CancellationToken cancellationToken) =>
        inner.CopyAsync(source, offset, length, address, cancellationToken);

    public virtual ValueTask DeleteAsync(StoredBlob blob, CancellationToken cancellationToken) =>
        inner.DeleteAsync(blob, cancellationToken);

    public virtual IAsyncEnumerable<StoredBlob> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);

    public virtual ValueTask CheckHealthAsync(CancellationToken cancellationToken) => inner.CheckHealthAsync(cancellationToken);

    public virtual ValueTask DisposeAsync() => inner.DisposeAsync();
}

/// <summary>Which call of <see cref="IObjectStorage"/> a test interferes with.</summary>
internal enum StorageCall
{
    Write,
    Open,
    Copy,
    Delete,
    List,
    Health,
}

/// <summary>Throws what <see cref="Fault"/> returns for a call, before it reaches the storage; null lets the call pass.</summary>
internal sealed class FaultyObjectStorage(IObjectStorage inner) : ForwardingObjectStorage(inner)
{
    /// <summary>Asked before every call. May be changed while calls run.</summary>
    public Func<StorageCall, Exception?> Fault { get; set; } = static _ => null;

    /// <summary>What <see cref="IObjectStorage.FreeBytes"/> says; null for the storage's own.</summary>
    public long? PretendedFreeBytes { get; set; }

    public override long? FreeBytes => PretendedFreeBytes ?? base.FreeBytes;

    public override ValueTask<StoredBlob> WriteAsync(BlobAddress address, Stream content, long? length, CancellationToken cancellationToken)
    {
        Throw(StorageCall.Write);
        return base.WriteAsync(address, content, length, cancellationToken);
    }

    public override ValueTask<Stream?> OpenAsync(StoredBlob blob, long offset, long length, CancellationToken cancellationToken)
    {
        Throw(StorageCall.Open);
        return base.OpenAsync(blob, offset, length, cancellationToken);
    }

    public override ValueTask<StoredBlob> CopyAsync(
        StoredBlob source, long offset, long length, BlobAddress address, CancellationToken cancellationToken)
    {
        Throw(StorageCall.Copy);
        return base.CopyAsync(source, offset, length, address, cancellationToken);
    }

    public override ValueTask DeleteAsync(StoredBlob blob, CancellationToken cancellationToken)
    {
        Throw(StorageCall.Delete);
        return base.DeleteAsync(blob, cancellationToken);
    }

    public override IAsyncEnumerable<StoredBlob> ListAsync(CancellationToken cancellationToken)
    {
        Throw(StorageCall.List);
        return base.ListAsync(cancellationToken);
    }

    public override ValueTask CheckHealthAsync(CancellationToken cancellationToken)
    {
        Throw(StorageCall.Health);
        return base.CheckHealthAsync(cancellationToken);
    }

    private void Throw(StorageCall call)
    {
        if (Fault(call) is Exception fault)
        {
            throw fault;
        }
    }
}

/// <summary>Holds every call back until <see cref="Gate"/> lets it go: a slow disk without a clock.</summary>
internal sealed class SlowObjectStorage(IObjectStorage inner) : ForwardingObjectStorage(inner)
{
    /// <summary>Awaited before every call but listing; completed by default.</summary>
    public Func<StorageCall, CancellationToken, ValueTask> Gate { get; set; } = static (_, _) => ValueTask.CompletedTask;

    public override async ValueTask<StoredBlob> WriteAsync(
        BlobAddress address, Stream content, long? length, CancellationToken cancellationToken)
    {
        await Gate(StorageCall.Write, cancellationToken);
        return await base.WriteAsync(address, content, length, cancellationToken);
    }

    public override async ValueTask<Stream?> OpenAsync(StoredBlob blob, long offset, long length, CancellationToken cancellationToken)
    {
        await Gate(StorageCall.Open, cancellationToken);
        return await base.OpenAsync(blob, offset, length, cancellationToken);
    }

    public override async ValueTask<StoredBlob> CopyAsync(
        StoredBlob source, long offset, long length, BlobAddress address, CancellationToken cancellationToken)
    {
        await Gate(StorageCall.Copy, cancellationToken);
        return await base.CopyAsync(source, offset, length, address, cancellationToken);
    }

    public override async ValueTask DeleteAsync(StoredBlob blob, CancellationToken cancellationToken)
    {
        await Gate(StorageCall.Delete, cancellationToken);
        await base.DeleteAsync(blob, cancellationToken);
    }

    public override async ValueTask CheckHealthAsync(CancellationToken cancellationToken)
    {
        await Gate(StorageCall.Health, cancellationToken);
        await base.CheckHealthAsync(cancellationToken);
    }
}
