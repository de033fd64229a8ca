namespace BleepStore.Metadata.Records;

/// <summary>How a version is retained. The numbers reach disk.</summary>
public enum RetentionMode
{
    None = 0,

    /// <summary>Until its date, unless somebody with the right to it says otherwise.</summary>
    Governance = 1,

    /// <summary>Until its date, whoever asks.</summary>
    Compliance = 2,
}

/// <summary>Whether a version is held without a date. The numbers reach disk.</summary>
public enum LegalHold
{
    /// <summary>Nobody ever said.</summary>
    Unset = 0,
    Off = 1,
    On = 2,
}

/// <summary>What keeps a version from being removed: the rules of object lock, for all commands alike.</summary>
/// <param name="Mode">How it is retained.</param>
/// <param name="RetainUntil">Until when; without meaning where it is not retained.</param>
/// <param name="LegalHold">Whether it is held.</param>
public sealed record ObjectLock(RetentionMode Mode = RetentionMode.None, DateTimeOffset RetainUntil = default, LegalHold LegalHold = LegalHold.Unset)
{
    /// <summary>Nothing keeps it.</summary>
    public static readonly ObjectLock None = new();

    /// <summary>True when the version must stay. A mode of a later release counts as one that nobody gets around.</summary>
    /// <param name="now">Command time.</param>
    /// <param name="bypassesGovernance">True when the caller may, and wants to, pass over governance.</param>
    public bool ForbidsRemoval(DateTimeOffset now, bool bypassesGovernance)
        => LegalHold == LegalHold.On || (IsRetained(now) && !(Mode == RetentionMode.Governance && bypassesGovernance));

    /// <summary>True when its retention may become that one: an active one can only be extended.</summary>
    /// <param name="mode">The mode wanted.</param>
    /// <param name="retainUntil">The date wanted.</param>
    /// <param name="now">Command time.</param>
    /// <param name="bypassesGovernance">True when the caller may, and wants to, pass over governance.</param>
    public bool AllowsRetention(RetentionMode mode, DateTimeOffset retainUntil, DateTimeOffset now, bool bypassesGovernance)
        => !IsRetained(now)
            || (mode == Mode && retainUntil >= RetainUntil)
            || (Mode == RetentionMode.Governance && bypassesGovernance);

    private bool IsRetained(DateTimeOffset now) => Mode != RetentionMode.None && now < RetainUntil;
}

/// <summary>How a bucket retains each new version that says nothing itself.</summary>
/// <param name="Mode">The mode.</param>
/// <param name="Days">Days; 0 where years are given.</param>
/// <param name="Years">Years; 0 where days are given.</param>
public sealed record DefaultRetention(RetentionMode Mode, int Days, int Years)
{
    /// <summary>The lock of a version that is made now: its own retention, where it has one.</summary>
    public ObjectLock ApplyTo(ObjectLock own, DateTimeOffset now)
        => own.Mode != RetentionMode.None ? own : own with { Mode = Mode, RetainUntil = now.AddDays(Days).AddYears(Years) };
}
