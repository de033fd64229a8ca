using System.Collections.Frozen;

namespace BleepStore.Api.OpenApi;

/// <summary>What a query parameter or header means; a name that is not here is described as plain text.</summary>
/// <param name="Description">One sentence.</param>
/// <param name="Type">JSON Schema type.</param>
/// <param name="Format">JSON Schema format; null for none.</param>
/// <param name="Values">The only values allowed; empty for any.</param>
internal sealed record ParameterMeaning(string Description, string Type = "string", string? Format = null, params string[] Values);

/// <summary>The meaning of S3's query parameters and headers, said once for all operations that take them.</summary>
internal static class ParameterCatalog
{
    private const string HttpDate = "RFC 1123 date.";

    private static readonly FrozenDictionary<string, ParameterMeaning> Query = new Dictionary<string, ParameterMeaning>(StringComparer.Ordinal)
    {
        ["bucket-region"] = new("Only buckets of this region."),
        ["continuation-token"] = new("Opaque token of the page before."),
        ["delimiter"] = new("Keys that share what precedes it are rolled up into one common prefix."),
        ["encoding-type"] = new("How keys are encoded in the answer.", Values: "url"),
        ["fetch-owner"] = new("Whether to name the owner of each object.", "boolean"),
        ["key-marker"] = new("List uploads or versions of keys after this one."),
        ["list-type"] = new("Version of the listing."),
        ["marker"] = new("List keys after this one."),
        ["max-buckets"] = new("At most this many buckets.", "integer"),
        ["max-keys"] = new("At most this many keys and common prefixes; never more than 1,000.", "integer"),
        ["max-parts"] = new("At most this many parts; never more than 1,000.", "integer"),
        ["max-uploads"] = new("At most this many uploads; never more than 1,000.", "integer"),
        ["partNumber"] = new("Number of the part, 1 to 10,000.", "integer"),
        ["part-number-marker"] = new("List parts after this number.", "integer"),
        ["prefix"] = new("Only names that start with it."),
        ["response-cache-control"] = new("Cache-Control of the answer; signed requests only."),
        ["response-content-disposition"] = new("Content-Disposition of the answer; signed requests only."),
        ["response-content-encoding"] = new("Content-Encoding of the answer; signed requests only."),
        ["response-content-language"] = new("Content-Language of the answer; signed requests only."),
        ["response-content-type"] = new("Content-Type of the answer; signed requests only."),
        ["response-expires"] = new("Expires of the answer; signed requests only."),
        ["start-after"] = new("List keys after this one."),
        ["uploadId"] = new("Id of the multipart upload."),
        ["upload-id-marker"] = new("Together with key-marker: list uploads after this one."),
        ["versionId"] = new("Version of the object; null is the one without a version."),
        ["version-id-marker"] = new("Together with key-marker: list versions older than this one."),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, ParameterMeaning> Headers = new Dictionary<string, ParameterMeaning>(StringComparer.OrdinalIgnoreCase)
    {
        ["Cache-Control"] = new("Stored with the object and returned on reads."),
        ["Content-Disposition"] = new("Stored with the object and returned on reads."),
        ["Content-Encoding"] = new("Stored with the object and returned on reads, without aws-chunked."),
        ["Content-Language"] = new("Stored with the object and returned on reads."),
        ["Content-MD5"] = new("MD5 of the body, Base64; a body that differs is refused.", Format: "byte"),
        ["Expires"] = new("Stored with the object and returned on reads."),
        ["If-Match"] = new("Only if the object has this ETag."),
        ["If-Modified-Since"] = new("Only if the object changed after this time. " + HttpDate),
        ["If-None-Match"] = new("Only if the object does not have this ETag; * on a write: only if there is no such object."),
        ["If-Unmodified-Since"] = new("Only if the object did not change after this time. " + HttpDate),
        ["Range"] = new("One range of bytes: bytes=a-b, bytes=a- or bytes=-n."),
        ["x-amz-acl"] = new(
            "Canned access control list.",
            Values:
            [
                "private", "public-read", "public-read-write", "authenticated-read", "bucket-owner-read", "bucket-owner-full-control",
            ]),
        ["x-amz-checksum-algorithm"] = new("Algorithm of the checksum to keep.", Values: ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]),
        ["x-amz-checksum-crc32"] = new("CRC-32 of the body, Base64.", Format: "byte"),
        ["x-amz-checksum-crc32c"] = new("CRC-32C of the body, Base64.", Format: "byte"),
        ["x-amz-checksum-crc64nvme"] = new("CRC-64/NVME of the body, Base64.", Format: "byte"),
        ["x-amz-checksum-mode"] = new("Return the checksum with the object.", Values: "ENABLED"),
        ["x-amz-checksum-sha1"] = new("SHA-1 of the body, Base64.", Format: "byte"),
        ["x-amz-checksum-sha256"] = new("SHA-256 of the body, Base64.", Format: "byte"),
        ["x-amz-checksum-type"] = new("Whether the checksum is of the whole object or of its parts' checksums.", Values: ["FULL_OBJECT", "COMPOSITE"]),
        ["x-amz-confirm-remove-self-bucket-access"] = new("Confirms a policy by which the caller cannot change it again.", "boolean"),
        ["x-amz-content-sha256"] = new("SHA-256 of the body in hex, or UNSIGNED-PAYLOAD or one of the STREAMING-… forms."),
        ["x-amz-copy-source"] = new("What to copy: /bucket/key, percent-encoded."),
        ["x-amz-copy-source-if-match"] = new("Only if the source has this ETag."),
        ["x-amz-copy-source-if-modified-since"] = new("Only if the source changed after this time. " + HttpDate),
        ["x-amz-copy-source-if-none-match"] = new("Only if the source does not have this ETag."),
        ["x-amz-copy-source-if-unmodified-since"] = new("Only if the source did not change after this time. " + HttpDate),
        ["x-amz-copy-source-range"] = new("Range of the source to copy: bytes=a-b."),
        ["x-amz-decoded-content-length"] = new("Length of the object's bytes where the body is aws-chunked.", "integer", "int64"),
        ["x-amz-expected-bucket-owner"] = new("Canonical id or account that must own the bucket."),
        ["x-amz-grant-full-control"] = new("Grantees of all permissions: id=\"…\", uri=\"…\" or emailAddress=\"…\"."),
        ["x-amz-grant-read"] = new("Grantees who may read."),
        ["x-amz-grant-read-acp"] = new("Grantees who may read the access control list."),
        ["x-amz-grant-write"] = new("Grantees who may write."),
        ["x-amz-grant-write-acp"] = new("Grantees who may change the access control list."),
        ["x-amz-meta-*"] = new("User metadata: any number of headers with this prefix, 2 KB together."),
        ["x-amz-metadata-directive"] = new("Whether metadata comes from the source or the request.", Values: ["COPY", "REPLACE"]),
        ["x-amz-mp-object-size"] = new("Size the completed object must have.", "integer", "int64"),
        ["x-amz-object-ownership"] = new("Whose the bucket's objects are.", Values: ["ObjectWriter", "BucketOwnerPreferred", "BucketOwnerEnforced"]),
        ["x-amz-optional-object-attributes"] = new("Further attributes to list."),
        ["x-amz-sdk-checksum-algorithm"] = new("Algorithm of the checksum that the request carries.", Values: ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]),
        ["x-amz-source-expected-bucket-owner"] = new("Canonical id or account that must own the source's bucket."),
        ["x-amz-storage-class"] = new("Storage class to note with the object."),
        ["x-amz-tagging"] = new("Tags as a query string: a=1&b=2."),
        ["x-amz-tagging-directive"] = new("Whether tags come from the source or the request.", Values: ["COPY", "REPLACE"]),
        ["x-amz-trailer"] = new("Name of the checksum that follows the body as a trailer."),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Meaning of a query parameter; null when it is not known.</summary>
    public static ParameterMeaning? FindQuery(string name) => Query.GetValueOrDefault(name);

    /// <summary>Meaning of a header; null when it is not known.</summary>
    public static ParameterMeaning? FindHeader(string name) => Headers.GetValueOrDefault(name);
}
