using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BleepStore.Api.Acl;
using BleepStore.Api.Auth;
using BleepStore.Api.Configuration;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Hosting;

/// <summary>
/// Brings the store's accounts, access keys and buckets in line with the configuration, which is authoritative for what it names: a changed
/// secret replaces, a removed entry is disabled, what the admin API made stays. Writes only what differs.
/// </summary>
internal sealed class StoreSeeding(IMetadataStore metadata, RootKey rootKey, BleepStoreOptions options, TimeProvider time)
{
    private const int PageSize = 1000;
    private const string PolicyPrefix = "configuration-";

    public async Task SeedAsync(CancellationToken cancellationToken)
    {
        var auth = options.Auth;
        await SeedAccountAsync(new AccountRecord(auth.AccessKey, auth.AccessKey, Email: null), cancellationToken);
        await SeedCredentialAsync(
            auth.SecretKey,
            NewCredential(auth.AccessKey, auth.AccessKey, auth.AccessKey, auth.AccessKey) with { IsAccountRoot = true, IsStoreRoot = true },
            cancellationToken);
        foreach (var user in auth.Users)
        {
            if (user.Account is null)
            {
                await SeedAccountAsync(new AccountRecord(user.Id, user.DisplayName, user.Email), cancellationToken);
            }

            await SeedCredentialAsync(
                user.SecretKey,
                NewCredential(user.AccessKey, user.Account ?? user.Id, user.Id, user.DisplayName) with { IsAccountRoot = user.Account is null },
                cancellationToken);
        }

        foreach (var user in auth.Users.Where(user => user.Account is not null).GroupBy(user => (user.Account, user.Id)))
        {
            // A user with two keys stands there twice.
            await SeedPoliciesAsync(user.Key.Account!, user.Key.Id, [.. user.SelectMany(entry => entry.Policies)], cancellationToken);
        }

        await UpdateStoredKeysAsync([auth.AccessKey, .. auth.Users.Select(user => user.AccessKey)], cancellationToken);
        foreach (var bucket in options.Server.Buckets)
        {
            await SeedBucketAsync(bucket, cancellationToken);
        }
    }

    private CredentialRecord NewCredential(string accessKey, string accountId, string principalId, string displayName) => new()
    {
        AccessKey = accessKey,
        WrappedSecret = default,
        AccountId = accountId,
        PrincipalId = principalId,
        DisplayName = displayName,
        Origin = CredentialOrigin.Configuration,
        CreatedAt = time.GetUtcNow(),
    };

    private async Task SeedAccountAsync(AccountRecord account, CancellationToken cancellationToken)
    {
        if (await metadata.FindAccountAsync(account.Id, cancellationToken) != account)
        {
            await metadata.ExecuteAsync(new PutAccount { Time = time.GetUtcNow(), Account = account }, cancellationToken);
        }
    }

    private async Task SeedCredentialAsync(string secret, CredentialRecord wanted, CancellationToken cancellationToken)
    {
        var context = StoreCredentialLookup.ContextOf(wanted.AccessKey);
        if (await metadata.FindCredentialAsync(wanted.AccessKey, cancellationToken) is { } present)
        {
            wanted = wanted with { CreatedAt = present.CreatedAt, WrappedSecret = present.WrappedSecret };
            var known = rootKey.Unwrap(present.WrappedSecret.Span, context);
            if (CryptographicOperations.FixedTimeEquals(known, Encoding.UTF8.GetBytes(secret)) && present == wanted)
            {
                return;
            }
        }

        wanted = wanted with { WrappedSecret = rootKey.Wrap(Encoding.UTF8.GetBytes(secret), context) };
        await metadata.ExecuteAsync(new PutCredential { Time = time.GetUtcNow(), Credential = wanted }, cancellationToken);
    }

    // What the configuration says replaces what it said before; policies of other names are whoever's put them there.
    private async Task SeedPoliciesAsync(string account, string user, ImmutableArray<string> policies, CancellationToken cancellationToken)
    {
        var wanted = policies.Select((document, number) => (Name: string.Create(CultureInfo.InvariantCulture, $"{PolicyPrefix}{number}"), document))
            .ToDictionary(policy => policy.Name, policy => policy.document, StringComparer.Ordinal);
        var present = (await metadata.FindIdentityAsync(account, IdentityKind.User, user, cancellationToken))?.InlinePolicies
            .Where(policy => policy.Key.StartsWith(PolicyPrefix, StringComparison.Ordinal)).ToDictionary() ?? [];
        var changes = present.Keys.Except(wanted.Keys).Select(name => (IdentityChange)new RemoveInlinePolicy(name))
            .Concat(wanted.Except(present).Select(policy => new SetInlinePolicy(policy.Key, policy.Value, int.MaxValue)));
        foreach (var change in changes)
        {
            await metadata.ExecuteAsync(
                new ChangeIdentity { Time = time.GetUtcNow(), AccountId = account, Kind = IdentityKind.User, Name = user, Change = change },
                cancellationToken);
        }
    }

    // Disables what left the configuration, and lists each key with its owner, which the first releases did not.
    private async Task UpdateStoredKeysAsync(HashSet<string> configured, CancellationToken cancellationToken)
    {
        for (string? after = null; ;)
        {
            var page = await metadata.ListCredentialsAsync(after, PageSize, cancellationToken);
            foreach (var credential in page)
            {
                var isStale = credential.Origin == CredentialOrigin.Configuration && (credential.Active || credential.IsStoreRoot);
                var kept = isStale && !configured.Contains(credential.AccessKey)
                    ? credential with { Active = false, IsStoreRoot = false }
                    : credential;
                if (kept != credential || !await IsListedAsync(credential, cancellationToken))
                {
                    await metadata.ExecuteAsync(new PutCredential { Time = time.GetUtcNow(), Credential = kept }, cancellationToken);
                }
            }

            if (page.Length < PageSize)
            {
                return;
            }

            after = page[^1].AccessKey;
        }
    }

    private async Task<bool> IsListedAsync(CredentialRecord credential, CancellationToken cancellationToken)
    {
        var (kind, name) = credential.IsAccountRoot ? (IdentityKind.AccountRoot, "") : (IdentityKind.User, credential.PrincipalId);
        var owner = await metadata.FindIdentityAsync(credential.AccountId, kind, name, cancellationToken);
        return owner is not null && owner.AccessKeys.Contains(credential.AccessKey);
    }

    private async Task SeedBucketAsync(string name, CancellationToken cancellationToken)
    {
        if (await metadata.FindBucketAsync(name, cancellationToken) is not null)
        {
            return;
        }

        var bucket = new BucketRecord
        {
            Name = name,
            Region = options.Server.Region,
            OwnerId = options.Auth.AccessKey,
            Acl = CannedAcl.Private(options.Auth.AccessKey),
        };
        await metadata.ExecuteAsync(new CreateBucket { Time = time.GetUtcNow(), Bucket = bucket }, cancellationToken);
    }
}
