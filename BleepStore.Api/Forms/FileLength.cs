using System.Globalization;
using System.Text.Json;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Forms;

/// <summary>How long the file of a form may be: the condition <c>content-length-range</c>.</summary>
/// <param name="Min">Fewest bytes.</param>
/// <param name="Max">Most bytes.</param>
internal readonly record struct FileLength(long Min, long Max)
{
    private const string Operation = "content-length-range";

    /// <summary>Any length.</summary>
    public static readonly FileLength Any = new(0, long.MaxValue);

    /// <summary>What both allow.</summary>
    public FileLength Within(FileLength other) => new(Math.Max(Min, other.Min), Math.Min(Max, other.Max));

    /// <summary>Reads the condition; null when it is another one.</summary>
    /// <exception cref="S3Exception">InvalidPolicyDocument: it has not two lengths; AccessDenied: no file is as long as a text that is no number.</exception>
    public static FileLength? TryRead(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0 || element[0].ValueKind != JsonValueKind.String
            || !element[0].GetString()!.Equals(Operation, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (element.GetArrayLength() == 3 && (IsWord(element[1]) || IsWord(element[2])))
        {
            throw new S3Exception(S3Errors.AccessDenied.Because(
                $"Invalid according to Policy: Policy Condition failed: {element.GetRawText()}"));
        }

        return element.GetArrayLength() != 3 ? throw PostPolicy.WrongNumberOfArguments(Operation)
            : ReadBytes(element[1]) is { } min && ReadBytes(element[2]) is { } max ? new FileLength(min, max)
            : element.EnumerateArray().All(item => item.ValueKind is JsonValueKind.Number or JsonValueKind.String)
                ? throw new S3Exception(S3Errors.InvalidPolicyDocument.Because($"Invalid Policy: Invalid {Operation} condition."))
            : throw PostPolicy.InvalidJson();
    }

    private static bool IsWord(JsonElement element)
        => element.ValueKind == JsonValueKind.String && !decimal.TryParse(element.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    // Signers in scripting languages write numbers as texts too.
    private static long? ReadBytes(JsonElement element)
        => element.ValueKind is JsonValueKind.Number or JsonValueKind.String && S3Number.TryParse(element.ToString(), out long bytes) ? bytes : null;
}

/// <summary>What is known of a form's file before it is read.</summary>
/// <param name="Allowed">What the form's policy allows.</param>
/// <param name="EstimatedBytes">Its length, as far as the request's length tells.</param>
/// <param name="IsV4">True when the form's policy is signed with Version 4, false for Version 2 or none.</param>
internal sealed record FormUpload(FileLength Allowed, long EstimatedBytes, bool IsV4);
