using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BleepStore.Metadata.Records;

/// <summary>Unique ids of identities, in the form that AWS gives them: four letters that tell the kind, and seventeen of base 32.</summary>
public static class IdentityIds
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int Letters = 17;

    /// <summary>The letters that ids of a kind begin with.</summary>
    public static string PrefixOf(IdentityKind kind) => kind switch
    {
        IdentityKind.Group => "AGPA",
        IdentityKind.Role => "AROA",
        IdentityKind.Policy => "ANPA",
        _ => "AIDA",
    };

    /// <summary>A fresh id from the system's random source.</summary>
    public static string Create(IdentityKind kind) => PrefixOf(kind) + RandomNumberGenerator.GetString(Alphabet, Letters);

    /// <summary>The id of an identity that a command makes as a side effect: the same wherever the command is applied.</summary>
    internal static string Derive(IdentityKind kind, string accountId, string name, DateTimeOffset time)
    {
        var seed = string.Create(CultureInfo.InvariantCulture, $"{accountId.Length}:{accountId}/{name}/{time.UtcTicks}");
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(seed));
        return string.Create(4 + Letters, (kind, hash), static (id, source) =>
        {
            PrefixOf(source.kind).CopyTo(id);
            for (var i = 0; i < Letters; i++)
            {
                id[4 + i] = Alphabet[source.hash[i] & 31];
            }
        });
    }
}
