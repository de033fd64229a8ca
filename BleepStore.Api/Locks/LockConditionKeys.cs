using System.Globalization;
using BleepStore.Api.Auth;
using BleepStore.Api.Operations;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;

namespace BleepStore.Api.Locks;

/// <summary>
/// The condition keys by which policies limit locks, from the headers of a write or from the document of PutObjectRetention and PutObjectLegalHold.
/// A date is read as the operation reads it: what a policy cannot see must not be stored either.
/// </summary>
internal static class LockConditionKeys
{
    /// <summary>The value of a key; null where the request says nothing of it.</summary>
    public static string? Find(string key, VerifiedRequest request, S3OperationDefinition definition, ReadOnlyMemory<byte> document, DateTimeOffset now)
    {
        if (key == "s3:object-lock-remaining-retention-days")
        {
            return Find("s3:object-lock-retain-until-date", request, definition, document, now) is { } text && LockTime.Parse(text) is { } until
                ? Math.Ceiling((until - now).TotalDays).ToString("F0", CultureInfo.InvariantCulture)
                : null;
        }

        return definition.RequestBody.Root switch
        {
            "Retention" => key == "s3:object-lock-mode" ? FindElement(document, "Retention", "Mode")
                : key == "s3:object-lock-retain-until-date" ? FindElement(document, "Retention", "RetainUntilDate")
                : null,
            "LegalHold" => key == "s3:object-lock-legal-hold" ? FindElement(document, "LegalHold", "Status") : null,
            _ => request.Header("x-amz-" + key[3..]),
        };
    }

    // A document that is none is refused by the operation itself.
    private static string? FindElement(ReadOnlyMemory<byte> document, string root, string name)
    {
        try
        {
            return document.IsEmpty ? null : XmlNode.Parse(document, root).ChildText(name)?.Trim();
        }
        catch (S3Exception)
        {
            return null;
        }
    }
}
