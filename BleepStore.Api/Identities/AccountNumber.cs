using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BleepStore.Api.Identities;

/// <summary>
/// The twelve digits by which ARNs name an account: its canonical id where that is twelve digits already, else made of it, so that they never
/// change and nothing has to be stored.
/// </summary>
internal static class AccountNumber
{
    public const int Length = 12;
    private const ulong Modulus = 1_000_000_000_000;

    public static string Of(string accountId)
    {
        if (IsNumber(accountId))
        {
            return accountId;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes("account/" + accountId));
        return (BinaryPrimitives.ReadUInt64BigEndian(hash) % Modulus).ToString("D12", CultureInfo.InvariantCulture);
    }

    public static bool IsNumber(string text) => text.Length == Length && text.All(char.IsAsciiDigit);
}
