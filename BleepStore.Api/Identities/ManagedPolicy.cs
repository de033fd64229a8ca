using System.Collections.Immutable;
using BleepStore.Api.Policies;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Identities;

/// <summary>A policy that identities are attached to: one of an account, or one that every account has.</summary>
/// <param name="Arn">What it is attached by.</param>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its unique id.</param>
/// <param name="Path">Begins and ends with a slash.</param>
/// <param name="Document">Its text.</param>
/// <param name="CreatedAt">When it was made.</param>
internal sealed record ManagedPolicy(string Arn, string Name, string Id, string Path, string Document, DateTimeOffset CreatedAt)
{
    /// <summary>Policies have one version: another document is another policy.</summary>
    public const string OnlyVersion = "v1";

    private const string AwsPrefix = "arn:aws:iam::aws:policy/";

    /// <summary>The policies of AWS that speak of what is here: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html</summary>
    public static readonly ImmutableArray<ManagedPolicy> OfEveryAccount =
    [
        OfAws("AdministratorAccess", "ANPAIWMBCKSKIEE64ZLYK", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"""),
        OfAws("AmazonS3FullAccess", "ANPAIFIR6V6BVTRAHWINE", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"""),
        OfAws(
            "AmazonS3ReadOnlyAccess",
            "ANPAIZTJ4DXE7G6AGAE6M",
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*","s3:Describe*"],"Resource":"*"}]}"""),
        OfAws("IAMFullAccess", "ANPAI7XKCFMBPM3QQRRVQ", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}"""),
        OfAws(
            "IAMReadOnlyAccess",
            "ANPAJKSO7NDY4T57MWDSQ",
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:Get*","iam:List*"],"Resource":"*"}]}"""),
    ];

    /// <summary>Identities it is attached to.</summary>
    public int Attachments { get; init; }

    /// <summary>What it is for, if somebody said so.</summary>
    public string? Description { get; init; }

    /// <summary>Its tags.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Tags { get; init; } = [];

    /// <summary>The text, compiled.</summary>
    public PolicyDocument Compiled => field ??= PolicyDocument.Parse(Document, PolicyKind.Identity);

    /// <summary>One of those that every account has; null when there is none of that ARN.</summary>
    public static ManagedPolicy? FindOfEveryAccount(string arn)
        => arn.StartsWith(AwsPrefix, StringComparison.Ordinal) ? OfEveryAccount.FirstOrDefault(policy => policy.Arn == arn) : null;

    /// <summary>Name of the policy of an ARN among those of its account; null for one that every account has.</summary>
    public static string? OwnNameOf(string arn) => FindOfEveryAccount(arn) is null ? IdentityArn.TryParse(arn)?.Name : null;

    public static ManagedPolicy Of(IdentityRecord record)
        => new(IdentityArn.Of(record), record.Name, record.Id, record.Path, record.Document ?? "", record.CreatedAt)
        {
            Attachments = record.References,
            Description = record.Description,
            Tags = record.Tags,
        };

    private static ManagedPolicy OfAws(string name, string id, string document)
        => new(AwsPrefix + name, name, id, "/", document, new DateTimeOffset(2015, 2, 6, 18, 40, 0, TimeSpan.Zero));
}
