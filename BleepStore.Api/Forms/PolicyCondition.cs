using System.Text.Json;

namespace BleepStore.Api.Forms;

/// <summary>One condition of a form's policy on one field.</summary>
/// <param name="Field">Name of the field without the dollar sign; case does not matter.</param>
/// <param name="IsPrefix">True for <c>starts-with</c>, false for <c>eq</c>.</param>
/// <param name="Value">What the field must be, or start with.</param>
internal sealed record PolicyCondition(string Field, bool IsPrefix, string Value)
{
    /// <summary>False where the policy has no dollar sign before the name: then it speaks of no field, and no form meets it.</summary>
    public bool SpeaksOfField { get; init; } = true;

    /// <summary>The condition as the policy has it; null where S3 shows it as an operation that it is not written as.</summary>
    public string? Text { get; init; }

    /// <summary>Decides about a field's value; a field that is absent meets no condition, not even an empty prefix.</summary>
    public bool IsMetBy(string? value)
    {
        if (value is null || !SpeaksOfField)
        {
            return false;
        }

        if (!IsPrefix)
        {
            return value == Value;
        }

        // A content type with commas is a list: each of its items must fit.
        return Field.Equals("Content-Type", StringComparison.OrdinalIgnoreCase) && value.Contains(',', StringComparison.Ordinal)
            ? value.Split(',', StringSplitOptions.TrimEntries).All(item => item.StartsWith(Value, StringComparison.Ordinal))
            : value.StartsWith(Value, StringComparison.Ordinal);
    }

    /// <summary>As S3 shows it where it failed.</summary>
    public override string ToString()
        => Text ?? $"[\"{(IsPrefix ? "starts-with" : "eq")}\", \"{(SpeaksOfField ? "$" : "")}{JsonEncodedText.Encode(Field)}\", \"{JsonEncodedText.Encode(Value)}\"]";
}
