using System.Collections.Immutable;
using BleepStore.Api.Auth;
using BleepStore.Api.Bodies;
using BleepStore.Api.Conditions;
using BleepStore.Api.Locks;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.Operations.Buckets;

/// <summary>DeleteObjects: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html</summary>
internal sealed class DeleteObjects(IMetadataStore metadata, Authorizer authorizer, TimeProvider time) : IS3Operation
{
    public static S3OperationDefinition Definition { get; } = new("DeleteObjects", "POST", S3Resource.Bucket)
    {
        Summary = "Removes up to 1,000 objects or versions, each on its own.",
        Query = ["delete"],
        OptionalHeaders = [.. ObjectHeaders.Integrity, GovernanceBypass.Header, "x-amz-expected-bucket-owner"],
        RequestBody = S3Body.Xml("Delete"),
        ResponseBody = S3Body.Xml("DeleteResult"),
        Event = EventTypes.ObjectsDeleted,
        Errors = [S3Errors.MalformedXML, S3Errors.MissingRequestBodyError, S3Errors.NoSuchBucket, S3Errors.UserKeyMustBeSpecified],
        Demands = request => [Demand.OnBucket("s3:DeleteObject", AclPermission.Write, request) with { IsPerKey = true }],
    };

    public async ValueTask<S3Response> HandleAsync(S3Request request, CancellationToken cancellationToken)
    {
        ObjectHeaders.RefuseUnsupported(request);
        using var body = request.OpenBody(BodyRequirements.Document(S3Limits.MaxDeleteXmlBytes) with { IntegrityMustBeSent = true, TooLarge = S3Errors.MalformedXML });
        var bytes = await body.ReadAllAsync(cancellationToken);
        if (bytes.Length == 0)
        {
            return S3Errors.MissingRequestBodyError;
        }

        var document = XmlNode.Parse(bytes, "Delete").Allow("Quiet", "Object");
        var entries = document.Children.Where(child => child.Name == "Object").Select(ReadEntry).ToImmutableArray();
        if (entries.Length is 0 or > S3Limits.MaxDeleteKeys)
        {
            return S3Errors.MalformedXML;
        }

        if (GovernanceBypass.RefuseDeletion(request) is { } refusal)
        {
            return refusal;
        }

        // Read before anything is deleted: a document that is refused must have had no effect.
        var bypasses = GovernanceBypass.IsAsked(request.Incoming);
        var isQuiet = document.ChildText("Quiet")?.Trim() == "true";
        var accepted = await AcceptAsync(request, entries, bypasses, cancellationToken);
        var outcomes = accepted.IsEmpty ? [] : await metadata.ExecuteAsync(
            new Commands.DeleteObjects
            {
                Time = time.GetUtcNow(),
                Bucket = request.Bucket.Name,
                BucketId = request.Bucket.BucketId,
                Keys = [.. accepted.Select(entry => new Commands.ObjectToDelete(entry.Key, entry.IfMatch, entry.VersionId) { IfSize = entry.IfSize, IfLastModified = entry.IfLastModified })],
                OwnerId = request.CallerId,
                VersionSalt = ObjectVersions.NewSalt(request.Bucket),
                AddsMarkers = request.Bucket.Versioning != VersioningState.Unversioned,
                BypassesGovernance = bypasses,
            },
            cancellationToken);
        foreach (var (entry, outcome) in accepted.Zip(outcomes))
        {
            entry.Outcome = outcome;
            entry.Refusal = OutcomeErrors.Map(outcome.Status, entry.Key);
        }

        return Answer(entries, isQuiet);
    }

    /// <summary>The entries that may be tried; the others learn why not.</summary>
    private async ValueTask<ImmutableArray<Entry>> AcceptAsync(
        S3Request request, ImmutableArray<Entry> entries, bool bypasses, CancellationToken cancellationToken)
    {
        foreach (var entry in entries.Where(entry => entry.Refusal is null))
        {
            var demand = Demand.OnKeyVersion(entry.VersionId, request.Incoming) with { Key = entry.Key };
            var bypass = bypasses && entry.VersionId is not null ? demand with { Action = GovernanceBypass.Action, Permission = null } : null;
            if (!await authorizer.IsAllowedAsync(request.Verified, Definition, demand, request.Bucket, cancellationToken)
                || (bypass is not null && !await authorizer.IsAllowedAsync(request.Verified, Definition, bypass, request.Bucket, cancellationToken)))
            {
                entry.Refusal = S3Errors.AccessDenied;
            }
            else if (entry.VersionId is { } versionId && !ObjectVersions.IsWellFormed(versionId)
                && await metadata.FindVersionAsync(request.Bucket.BucketId, entry.Key, versionId, cancellationToken) is null)
            {
                // Unlike a single delete, which takes such an id for a bad argument.
                entry.Refusal = S3Errors.NoSuchVersion;
            }
        }

        return [.. entries.Where(entry => entry.Refusal is null)];
    }

    private static Entry ReadEntry(XmlNode node)
    {
        node.Allow("Key", "VersionId", "ETag", "LastModifiedTime", "Size");
        var key = node.RequiredText("Key");
        var versionId = node.ChildText("VersionId");
        var eTag = node.ChildText("ETag");
        var refusal = key.Length == 0 ? throw new S3Exception(S3Errors.UserKeyMustBeSpecified)
            : System.Text.Encoding.UTF8.GetByteCount(key) > S3Limits.MaxKeyBytes ? S3Errors.KeyTooLongError
            : null;
        return new Entry(
            key, string.IsNullOrEmpty(versionId) ? null : versionId, eTag is null ? null : ReadConditions.Unquote(eTag.Trim()).ToString(), refusal)
        {
            IfSize = node.ChildText("Size") is { } size ? WriteConditions.ParseSize(size) ?? throw new S3Exception(S3Errors.MalformedXML) : null,
            IfLastModified = node.ChildText("LastModifiedTime") is { } time ? WriteConditions.ParseTime(time) ?? throw new S3Exception(S3Errors.MalformedXML) : null,
        };
    }

    private static S3Response Answer(ImmutableArray<Entry> entries, bool isQuiet)
        => S3Response.OfXml(writer =>
        {
            writer.StartS3("DeleteResult");
            foreach (var entry in entries)
            {
                if (entry.Refusal is not null || !isQuiet)
                {
                    entry.Write(writer);
                }
            }

            writer.End();
        });

    /// <summary>One key of the document and what became of it. By reference, so that a key listed twice has two answers.</summary>
    private sealed class Entry(string key, string? versionId, string? ifMatch, S3Error? refusal)
    {
        public string Key { get; } = key;

        public string? VersionId { get; } = versionId;

        public string? IfMatch { get; } = ifMatch;

        public long? IfSize { get; init; }

        public DateTimeOffset? IfLastModified { get; init; }

        /// <summary>Why it is not deleted; null while nothing speaks against it.</summary>
        public S3Error? Refusal { get; set; } = refusal;

        public Commands.WriteOutcome? Outcome { get; set; }

        public void Write(S3XmlWriter writer)
        {
            writer.Start(Refusal is null ? "Deleted" : "Error");
            writer.Element("Key", Key);
            writer.Optional("VersionId", VersionId);
            if (Refusal is not null)
            {
                writer.Element("Code", Refusal.Code);
                writer.Element("Message", Refusal.Message);
            }
            else if (Outcome is { IsDeleteMarker: true } outcome)
            {
                writer.Element("DeleteMarker", value: true);
                writer.Optional("DeleteMarkerVersionId", outcome.VersionId);
            }

            writer.End();
        }
    }
}
