using System.Collections.Immutable;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Api.Xml;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Acl;

/// <summary>Reads the access control list that a request gives in any of its three forms: canned name, grant headers, XML.</summary>
internal sealed class AclReader(IMetadataStore metadata)
{
    private static readonly (string Header, AclPermission Permission)[] GrantHeaders =
    [
        ("x-amz-grant-read", AclPermission.Read),
        ("x-amz-grant-write", AclPermission.Write),
        ("x-amz-grant-read-acp", AclPermission.ReadAcp),
        ("x-amz-grant-write-acp", AclPermission.WriteAcp),
        ("x-amz-grant-full-control", AclPermission.FullControl),
    ];

    /// <summary>The list named by the headers; null when they name none.</summary>
    /// <exception cref="S3Exception">Both forms at once, an unknown canned name, or a grantee that does not exist.</exception>
    public async ValueTask<AccessControlList?> FromHeadersAsync(
        S3Request request, string ownerId, string? bucketOwnerId, CancellationToken cancellationToken)
    {
        var canned = request.Header("x-amz-acl");
        var grants = ImmutableArray.CreateBuilder<AclGrant>();
        foreach (var (header, permission) in GrantHeaders)
        {
            if (request.Header(header) is { } value)
            {
                await AddGrantsAsync(grants, header, value, permission, cancellationToken);
            }
        }

        if (canned is not null)
        {
            return grants.Count == 0
                ? CannedAcl.Parse(canned, ownerId, bucketOwnerId)
                : throw new S3Exception(S3Errors.InvalidRequest.Because("Specifying both Canned ACLs and Header Grants is not allowed"));
        }

        return grants.Count == 0 ? null : new AccessControlList(ownerId, grants.ToImmutable());
    }

    /// <summary>The list of an <c>AccessControlPolicy</c> document. The owner cannot be changed by it.</summary>
    public async ValueTask<AccessControlList> FromXmlAsync(ReadOnlyMemory<byte> document, string ownerId, CancellationToken cancellationToken)
    {
        try
        {
            var policy = XmlNode.Parse(document, "AccessControlPolicy").Allow("Owner", "AccessControlList");
            var owner = policy.Child("Owner") ?? throw new S3Exception(S3Errors.MalformedACLError);
            if (owner.RequiredText("ID") != ownerId)
            {
                throw new S3Exception(S3Errors.AccessDenied);
            }

            var list = policy.Child("AccessControlList")?.Allow("Grant") ?? throw new S3Exception(S3Errors.MalformedACLError);
            return new AccessControlList(ownerId, await ReadGrantsAsync(list, cancellationToken));
        }
        catch (S3Exception e) when (e.Error.Code == S3Errors.MalformedXML.Code)
        {
            throw new S3Exception(S3Errors.MalformedACLError, e);
        }
    }

    private async ValueTask<ImmutableArray<AclGrant>> ReadGrantsAsync(XmlNode list, CancellationToken cancellationToken)
    {
        // Bounded before anybody is looked up.
        if (list.Children.Length > S3Limits.MaxGrants)
        {
            throw new S3Exception(S3Errors.MalformedACLError);
        }

        var grants = ImmutableArray.CreateBuilder<AclGrant>(list.Children.Length);
        foreach (var grant in list.Children)
        {
            var grantee = grant.Allow("Grantee", "Permission").Child("Grantee") ?? throw new S3Exception(S3Errors.MalformedACLError);
            var permission = ParsePermission(grant.RequiredText("Permission"));
            var (kind, name) = await ResolveAsync(grantee, cancellationToken);
            grants.Add(new AclGrant(kind, name, permission));
        }

        return grants.DrainToImmutable();
    }

    private static AclPermission ParsePermission(string text) => text switch
    {
        "READ" => AclPermission.Read,
        "WRITE" => AclPermission.Write,
        "READ_ACP" => AclPermission.ReadAcp,
        "WRITE_ACP" => AclPermission.WriteAcp,
        "FULL_CONTROL" => AclPermission.FullControl,
        _ => throw new S3Exception(S3Errors.MalformedACLError),
    };

    private async ValueTask<(GranteeKind Kind, string Name)> ResolveAsync(XmlNode grantee, CancellationToken cancellationToken)
        => (grantee.Type, grantee.ChildText("ID"), grantee.ChildText("URI"), grantee.ChildText("EmailAddress")) switch
        {
            ("CanonicalUser", { } id, null, null) => (GranteeKind.CanonicalUser, await FindAccountAsync(id, "CanonicalUser/ID", cancellationToken)),
            ("Group", null, { } uri, null) => (GranteeKind.Group, CheckGroup(uri)),
            ("AmazonCustomerByEmail", null, null, { } email) => (GranteeKind.CanonicalUser, await FindByEmailAsync(email, cancellationToken)),
            _ => throw new S3Exception(S3Errors.MalformedACLError),
        };

    private async ValueTask AddGrantsAsync(
        ImmutableArray<AclGrant>.Builder grants, string header, string value, AclPermission permission, CancellationToken cancellationToken)
    {
        foreach (var item in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (grants.Count == S3Limits.MaxGrants)
            {
                throw new S3Exception(S3Errors.InvalidRequest.Because($"The number of grants is larger than {S3Limits.MaxGrants}"));
            }

            var equals = item.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? "" : item[(equals + 1)..].Trim().Trim('"');
            // AWS's own examples write emailaddress and emailAddress.
            var (kind, grantee) = (equals < 0 ? "" : item[..equals].Trim()) switch
            {
                "id" => (GranteeKind.CanonicalUser, await FindAccountAsync(name, "id", cancellationToken)),
                "uri" => (GranteeKind.Group, CheckGroup(name)),
                "emailAddress" or "emailaddress" => (GranteeKind.CanonicalUser, await FindByEmailAsync(name, cancellationToken)),
                _ => throw new S3Exception(S3Errors.Argument(header, value, "Argument format not recognized")),
            };
            grants.Add(new AclGrant(kind, grantee, permission));
        }
    }

    private static string CheckGroup(string uri)
        => uri is AclRules.AllUsers or AclRules.AuthenticatedUsers or AclRules.LogDelivery
            ? uri
            : throw new S3Exception(S3Errors.Argument("uri", uri, "Invalid group uri"));

    private async ValueTask<string> FindAccountAsync(string id, string argument, CancellationToken cancellationToken)
        => (await metadata.FindAccountAsync(id, cancellationToken))?.Id ?? throw new S3Exception(S3Errors.Argument(argument, id, "Invalid id"));

    private async ValueTask<string> FindByEmailAsync(string email, CancellationToken cancellationToken)
        => (await metadata.FindAccountByEmailAsync(email, cancellationToken))?.Id ?? throw new S3Exception(S3Errors.UnresolvableGrantByEmailAddress);
}
