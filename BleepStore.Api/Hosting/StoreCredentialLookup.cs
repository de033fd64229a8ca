using System.Collections.Concurrent;
using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Hosting;

/// <summary>
/// Finds access keys in the store. The row is read for every request, so that a disabled, deleted or changed key takes effect at once; only
/// the unwrapped secret is remembered, for as long as the row is the same.
/// </summary>
internal sealed class StoreCredentialLookup(IMetadataStore metadata, RootKey rootKey) : ICredentialLookup
{
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<string, Remembered> _remembered = new(StringComparer.Ordinal);

    /// <summary>What a secret is wrapped for, so that one key's secret cannot be moved to another.</summary>
    public static string ContextOf(string accessKey) => "credential/" + accessKey;

    public async ValueTask<Credential?> FindAsync(string accessKey, CancellationToken cancellationToken)
    {
        if (await metadata.FindCredentialAsync(accessKey, cancellationToken) is not { } record)
        {
            _remembered.TryRemove(accessKey, out _);
            return null;
        }

        if (_remembered.TryGetValue(accessKey, out var remembered) && IsSame(remembered.Record, record))
        {
            return remembered.Credential;
        }

        var secret = Encoding.UTF8.GetString(rootKey.Unwrap(record.WrappedSecret.Span, ContextOf(accessKey)));
        var displayName = record.IsAccountRoot ? record.DisplayName
            : (await metadata.FindAccountAsync(record.AccountId, cancellationToken))?.DisplayName ?? record.AccountId;
        var credential = new Credential(accessKey, secret, record.AccountId, displayName, record.IsStoreRoot, record.Active)
        {
            HasAccountRights = record.IsAccountRoot,
        };
        if (_remembered.Count >= MaxRemembered)
        {
            _remembered.Clear();
        }

        _remembered[accessKey] = new Remembered(record, credential);
        return credential;
    }

    private static bool IsSame(CredentialRecord remembered, CredentialRecord record)
        => ReferenceEquals(remembered, record) || (remembered.WrappedSecret.Span.SequenceEqual(record.WrappedSecret.Span)
            && remembered with { WrappedSecret = default } == record with { WrappedSecret = default });

    private sealed record Remembered(CredentialRecord Record, Credential Credential);
}
