using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Configuration;
using BleepStore.Api.Hosting;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Admin;

/// <summary>What an administrator can do to access keys, and what the configuration forbids.</summary>
internal sealed class CredentialStore(IMetadataStore metadata, RootKey rootKey, BleepStoreOptions options, TimeProvider time)
{
    private const string AccessKeyAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const string SecretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int AccessKeyLength = 20;
    private const int SecretLength = 40;

    private readonly ImmutableHashSet<string> _configured = [options.Auth.AccessKey, .. options.Auth.Users.Select(user => user.AccessKey)];

    public ValueTask<CredentialRecord?> FindAsync(string accessKey, CancellationToken cancellationToken)
        => metadata.FindCredentialAsync(accessKey, cancellationToken);

    public ValueTask<ImmutableArray<CredentialRecord>> ListAsync(string? after, int limit, CancellationToken cancellationToken)
        => metadata.ListCredentialsAsync(after, limit, cancellationToken);

    /// <summary>
    /// Makes an access key and, where it names none that exists, its account. The secret is returned here and nowhere else.
    /// </summary>
    public async ValueTask<(CredentialRecord? Created, string Secret, string? Conflict)> CreateAsync(
        NewCredential wanted, CancellationToken cancellationToken)
    {
        var accessKey = wanted.AccessKey ?? RandomNumberGenerator.GetString(AccessKeyAlphabet, AccessKeyLength);
        var secret = wanted.SecretKey ?? RandomNumberGenerator.GetString(SecretAlphabet, SecretLength);
        var principal = wanted.Id ?? accessKey;
        var account = wanted.Account ?? principal;
        var existing = await metadata.FindAccountAsync(account, cancellationToken);
        if (await metadata.FindCredentialAsync(accessKey, cancellationToken) is not null)
        {
            return (null, "", $"The access key {accessKey} exists already.");
        }

        if (wanted.Account is null == existing is not null)
        {
            return (null, "", existing is null ? $"There is no account {account}." : $"The account {account} exists already; name it as account to add a key.");
        }

        var credential = new CredentialRecord
        {
            AccessKey = accessKey,
            WrappedSecret = rootKey.Wrap(Encoding.UTF8.GetBytes(secret), StoreCredentialLookup.ContextOf(accessKey)),
            AccountId = account,
            PrincipalId = principal,
            DisplayName = wanted.DisplayName ?? existing?.DisplayName ?? accessKey,
            // A key whose principal is the account itself acts with all of its rights: a second key, so that the first can be replaced.
            IsAccountRoot = principal == account,
            Origin = CredentialOrigin.Admin,
            CreatedAt = time.GetUtcNow(),
        };
        if (existing is null)
        {
            var record = new AccountRecord(account, credential.DisplayName, wanted.Email);
            await metadata.ExecuteAsync(new PutAccount { Time = time.GetUtcNow(), Account = record }, cancellationToken);
        }

        var created = await metadata.ExecuteAsync(
            new PutCredential { Time = time.GetUtcNow(), Credential = credential, OnlyIfAbsent = true }, cancellationToken);
        return created ? (credential, secret, null) : (null, "", $"The access key {accessKey} exists already.");
    }

    /// <summary>A new access key of a user or account root, which is not stored yet, and its secret.</summary>
    public (CredentialRecord Credential, string Secret) Generate(IdentityRecord owner, string displayName)
    {
        var accessKey = "AKIA" + RandomNumberGenerator.GetString(AccessKeyAlphabet, AccessKeyLength - 4);
        var secret = RandomNumberGenerator.GetString(SecretAlphabet, SecretLength);
        var isRoot = owner.Kind == IdentityKind.AccountRoot;
        var credential = new CredentialRecord
        {
            AccessKey = accessKey,
            WrappedSecret = rootKey.Wrap(Encoding.UTF8.GetBytes(secret), StoreCredentialLookup.ContextOf(accessKey)),
            AccountId = owner.AccountId,
            PrincipalId = isRoot ? owner.AccountId : owner.Name,
            DisplayName = isRoot ? displayName : owner.Name,
            IsAccountRoot = isRoot,
            Origin = CredentialOrigin.Admin,
            CreatedAt = time.GetUtcNow(),
        };
        return (credential, secret);
    }

    /// <summary>Removes an access key; the answer is what forbids it, or null.</summary>
    public async ValueTask<string?> DeleteAsync(CredentialRecord credential, CancellationToken cancellationToken)
    {
        if (_configured.Contains(credential.AccessKey))
        {
            return $"The access key {credential.AccessKey} stands in the configuration, which is authoritative: remove it there and restart.";
        }

        await metadata.ExecuteAsync(new DeleteCredential { Time = time.GetUtcNow(), AccessKey = credential.AccessKey }, cancellationToken);
        return null;
    }

    /// <summary>Enables or disables an access key, at once; the answer is what forbids it, or null.</summary>
    public async ValueTask<string?> SetActiveAsync(CredentialRecord credential, bool active, CancellationToken cancellationToken)
    {
        if (credential.IsStoreRoot && !active)
        {
            return "The root credential cannot be disabled: change it in the configuration and restart.";
        }

        if (active && credential.Origin == CredentialOrigin.Configuration && !_configured.Contains(credential.AccessKey))
        {
            return $"The access key {credential.AccessKey} was removed from the configuration: make a new one instead.";
        }

        if (credential.Active != active)
        {
            var changed = credential with { Active = active };
            await metadata.ExecuteAsync(new PutCredential { Time = time.GetUtcNow(), Credential = changed }, cancellationToken);
        }

        return null;
    }
}

/// <summary>The access key that a request asks for.</summary>
/// <param name="AccessKey">Null for one of ours.</param>
/// <param name="SecretKey">Null for one of ours.</param>
/// <param name="Account">Existing account it belongs to; null for a new account.</param>
/// <param name="Id">Canonical id of the new account, or id within the existing one; null for the access key.</param>
/// <param name="DisplayName">Null for the access key.</param>
/// <param name="Email">Address by which ACL grants can name the new account.</param>
internal sealed record NewCredential(
    string? AccessKey = null, string? SecretKey = null, string? Account = null, string? Id = null, string? DisplayName = null, string? Email = null)
{
    public override string ToString() => $"NewCredential {{ AccessKey = {AccessKey} }}";
}
