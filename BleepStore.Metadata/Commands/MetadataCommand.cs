namespace BleepStore.Metadata.Commands;

/// <summary>
/// A change of metadata that carries everything it needs: ids, times, preconditions. Deterministic: the same command on the same state
/// has the same
/// effect and outcome on every engine and every replica. Decides first and writes after: a refusal has written nothing.
/// </summary>
/// <typeparam name="TResult">The outcome: what happened, never an exception for what a client can cause.</typeparam>
public abstract record MetadataCommand<TResult>
{
    /// <summary>When the node that made the command made it.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Estimated bytes of rows it writes, for the bound on a batch.</summary>
    public virtual int SizeBytes => 512;

    /// <summary>True when it changes so many rows that others must not wait for several like it.</summary>
    public virtual bool IsLarge => false;

    /// <summary>
    /// True when the command still runs while the store is out of space: it leads to fewer bytes, or is one of the few small writes
    /// that a start needs.
    /// </summary>
    public virtual bool FreesSpace => false;

    /// <summary>Rows from which on a command is a large one.</summary>
    protected const int ManyRows = 100;

    /// <summary>Applies the command to the rows of one transaction.</summary>
    public abstract TResult Apply(IMetadataTransaction transaction);
}
