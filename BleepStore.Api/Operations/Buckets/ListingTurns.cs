namespace BleepStore.Api.Operations.Buckets;

/// <summary>
/// Bounds how many pages of listings are in the making at once. A page keeps a processor busy and is a thousand records large until its document is
/// written; as many pages as there are connections would end no sooner, and would live long enough to be moved into the old generation.
/// </summary>
internal sealed class ListingTurns : IDisposable
{
    private readonly SemaphoreSlim _free = new(Math.Max(2, Environment.ProcessorCount));

    /// <summary>Waits for a turn; dispose of it when the document is written, not when it is sent: a slow client must not hold up others.</summary>
    public async ValueTask<Turn> TakeAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        return new Turn(_free);
    }

    public void Dispose() => _free.Dispose();

    /// <summary>The right to make a page.</summary>
    public readonly struct Turn(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}
