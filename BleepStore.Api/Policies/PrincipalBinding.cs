using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using BleepStore.Api.Identities;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Policies;

/// <summary>
/// Keeps the users and roles that a saved policy names by their unique ids, as AWS does, so that whoever gets their name later has nothing of it:
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
/// </summary>
internal sealed partial class PrincipalBinding(IMetadataStore metadata, AccountDirectory accounts)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The policy as it is kept: beside each ARN of a user or role the unique id of whom it names now.</summary>
    /// <param name="text">The document, which parses as <paramref name="policy"/>.</param>
    /// <param name="policy">The document.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    /// <exception cref="PolicyException">It names an account that is not there, or a user or role that an account of this store does not have.</exception>
    public async ValueTask<string> BindAsync(string text, PolicyDocument policy, CancellationToken cancellationToken)
    {
        var bound = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in policy.Statements.SelectMany(statement => statement.Principals?.Entries ?? []))
        {
            // Twelve digits may be an account elsewhere; a canonical id is one of this store.
            if (entry.Kind == PrincipalKind.Identity
                || (entry.IsCanonicalId && await metadata.FindAccountAsync(entry.Name, cancellationToken) is null))
            {
                throw Invalid(entry.Name);
            }

            if (entry.Kind == PrincipalKind.Arn && IdentityArn.TryParse(entry.Name) is { } arn
                && await accounts.FindIdAsync(arn.Account, cancellationToken) is { } accountId)
            {
                // What another store's account has cannot be known here.
                var identity = await FindAsync(accountId, arn, cancellationToken) ?? throw Invalid(entry.Name);
                bound[entry.Name] = Bound(identity.Id, entry.Name);
            }
        }

        return bound.Count == 0 ? text : Replace(text, name => bound.GetValueOrDefault(name));
    }

    /// <summary>The policy as it is shown: ARNs for those who are there, the unique ids of those who are gone.</summary>
    public async ValueTask<string> ShowAsync(string text, CancellationToken cancellationToken)
    {
        var shown = new Dictionary<string, string>(StringComparer.Ordinal);
        _ = Replace(text, name =>
        {
            if (TrySplit(name) is not null)
            {
                shown[name] = name;
            }

            return null;
        });
        foreach (var name in shown.Keys.ToArray())
        {
            var (id, bearer) = TrySplit(name)!.Value;
            var isThere = IdentityArn.TryParse(bearer) is { } arn
                && await accounts.FindIdAsync(arn.Account, cancellationToken) is { } accountId
                && (await FindAsync(accountId, arn, cancellationToken))?.Id == id;
            shown[name] = isThere ? bearer : id;
        }

        return shown.Count == 0 ? text : Replace(text, name => shown.GetValueOrDefault(name));
    }

    /// <summary>Unique id and ARN of a kept principal; null for any other.</summary>
    public static (string Id, string Arn)? TrySplit(string name)
        => BoundName().Match(name) is { Success: true } match ? (match.Groups["id"].Value, match.Groups["arn"].Value) : null;

    private static string Bound(string id, string arn) => $"{id}|{arn}";

    private async ValueTask<IdentityRecord?> FindAsync(string accountId, IdentityArn arn, CancellationToken cancellationToken)
    {
        var kind = arn.Type == "role" ? IdentityKind.Role : IdentityKind.User;
        return await metadata.FindIdentityAsync(accountId, kind, arn.Name, cancellationToken) is { } found && found.Name == arn.Name && found.Path == arn.Path
            ? found
            : null;
    }

    private static PolicyException Invalid(string name) => new("Invalid principal in policy", $"\"AWS\" : \"{name}\"");

    /// <summary>The document with some of its principals written otherwise; all else stays byte for byte.</summary>
    private static string Replace(string text, Func<string, string?> other)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes);
        var written = new ArrayBufferWriter<byte>(bytes.Length + 256);
        var (copied, principalsAt) = (0, -1);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && (principalsAt < 0 || reader.CurrentDepth <= principalsAt))
            {
                principalsAt = reader.ValueTextEquals("Principal") || reader.ValueTextEquals("NotPrincipal") ? reader.CurrentDepth : -1;
            }
            else if (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth < principalsAt)
            {
                principalsAt = -1;
            }
            else if (reader.TokenType == JsonTokenType.String && principalsAt >= 0 && other(reader.GetString() ?? "") is { } name)
            {
                var start = (int)reader.TokenStartIndex;
                written.Write(bytes.AsSpan(copied, start - copied));
                written.Write(JsonSerializer.SerializeToUtf8Bytes(name, Plain));
                copied = (int)reader.BytesConsumed;
            }
        }

        written.Write(bytes.AsSpan(copied));
        return Encoding.UTF8.GetString(written.WrittenSpan);
    }

    [GeneratedRegex(@"^(?<id>A(ID|RO)A[A-Z0-9]+)\|(?<arn>arn:.+)\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BoundName();
}
