namespace BleepStore.Metadata.Commands;

/// <summary>How a change of an identity ended; every status but <see cref="Done"/> has changed nothing.</summary>
public enum IdentityStatus
{
    Done = 0,

    /// <summary>The identity that is to be changed is absent.</summary>
    Missing = 1,

    /// <summary>Another one of that name is there.</summary>
    Exists = 2,

    /// <summary>Something still belongs to it or refers to it.</summary>
    InUse = 3,

    /// <summary>One more would be too many.</summary>
    LimitExceeded = 4,

    /// <summary>What the change names beside the identity is absent: a group, a policy, a tag, an access key.</summary>
    PartMissing = 5,
}
