using System.Collections.Frozen;

namespace BleepStore.Api.Policies;

/// <summary>The names of condition keys: their one spelling, and which of them a bucket policy may name.</summary>
internal static class ConditionKey
{
    /// <summary>https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html</summary>
    private static readonly FrozenSet<string> GlobalKeys = FrozenSet.ToFrozenSet(
    [
        "aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "aws:currenttime", "aws:epochtime", "aws:federatedprovider", "aws:mfaage",
        "aws:multifactorauthage", "aws:multifactorauthpresent", "aws:principalaccount", "aws:principalarn", "aws:principalisawsservice",
        "aws:principalorgid", "aws:principalorgpaths", "aws:principalservicename", "aws:principalservicenameslist", "aws:principaltype", "aws:referer",
        "aws:requestedregion", "aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths", "aws:securetransport", "aws:sourceaccount",
        "aws:sourcearn", "aws:sourceidentity", "aws:sourceip", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner", "aws:sourcevpc",
        "aws:sourcevpcarn", "aws:sourcevpce", "aws:tagkeys", "aws:tokenissuetime", "aws:useragent", "aws:userid", "aws:username", "aws:viaawsservice",
        "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths", "aws:vpcsourceip", "aws:ec2instancesourcevpc", "aws:ec2instancesourceprivateipv4",
        "aws:assumedroot", "aws:chatbotsourcearn", "aws:rolesessionname", "aws:isvpcendpoint",
    ]);

    /// <summary>https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys</summary>
    private static readonly FrozenSet<string> S3Keys = FrozenSet.ToFrozenSet(
    [
        "s3:accessgrantsinstancearn", "s3:accesspointnetworkorigin", "s3:authtype", "s3:dataaccesspointaccount", "s3:dataaccesspointarn", "s3:delimiter",
        "s3:existingjoboperation", "s3:existingjobpriority", "s3:if-match", "s3:if-none-match", "s3:inventoryaccessibleoptionalfields",
        "s3:jobsuspendedcause", "s3:locationconstraint", "s3:max-keys", "s3:object-lock-legal-hold", "s3:object-lock-mode",
        "s3:object-lock-remaining-retention-days", "s3:object-lock-retain-until-date", "s3:objectcreationoperation", "s3:prefix",
        "s3:requestobjecttagkeys", "s3:resourceaccount", "s3:signatureage", "s3:signatureversion", "s3:tlsversion", "s3:versionid", "s3:x-amz-acl",
        "s3:x-amz-bucket-namespace", "s3:x-amz-content-sha256", "s3:x-amz-copy-source", "s3:x-amz-grant-full-control", "s3:x-amz-grant-read",
        "s3:x-amz-grant-read-acp", "s3:x-amz-grant-write", "s3:x-amz-grant-write-acp", "s3:x-amz-metadata-directive", "s3:x-amz-object-ownership",
        "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:x-amz-server-side-encryption-customer-algorithm",
        "s3:x-amz-storage-class", "s3:x-amz-website-redirect-location", "s3:requestjoboperation", "s3:requestjobpriority", "s3:destinationregion",
        "s3:isreplicationpauserequest",
    ]);

    private static readonly string[] Prefixes =
    [
        "aws:principaltag/", "aws:requesttag/", "aws:resourcetag/", "s3:existingobjecttag/", "s3:requestobjecttag/", "s3:buckettag/",
        "s3:accesspointtag/",
    ];

    /// <summary>The one spelling of a key: lower case, but what follows a slash, a tag's key, as it is.</summary>
    public static string Normalize(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? key.ToLowerInvariant() : key[..slash].ToLowerInvariant() + key[slash..];
    }

    /// <summary>True for a key that S3 or all of AWS defines.</summary>
    public static bool IsKnown(string normalized)
        => GlobalKeys.Contains(normalized) || S3Keys.Contains(normalized)
            || Array.Exists(Prefixes, prefix => normalized.Length > prefix.Length && normalized.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>True for the keys that only listings have.</summary>
    public static bool IsOfListing(string normalized) => normalized is "s3:prefix" or "s3:delimiter" or "s3:max-keys";
}
