namespace BleepStore.Tests.Clients;

/// <summary>A client program of others: what it needs on this machine and how its steps reach the store.</summary>
/// <param name="Name">How the table and the test name call it.</param>
/// <param name="Requires">A command line that succeeds where the client is installed.</param>
/// <param name="Package">What to install where it does not succeed.</param>
/// <param name="Prelude">Bash that each step of the client begins with.</param>
internal sealed record Client(string Name, string Requires, string Package, string Prelude)
{
    /// <summary>True where the steps speak to a server with a certificate of its own.</summary>
    public bool OverTls { get; init; }

    /// <summary>False where the machine lacks what no package brings: then the client is not tried, which is no skipped test.</summary>
    public bool IsForThisMachine { get; init; } = true;
}

/// <summary>One thing a client does, a row of the table: its script runs in bash with <c>-euo pipefail</c>.</summary>
internal sealed record ClientStep(string Client, string Name, string Script)
{
    public override string ToString() => $"{Client}: {Name}";
}
