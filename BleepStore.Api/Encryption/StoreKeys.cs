using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using BleepStore.Api.Auth;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;

namespace BleepStore.Api.Encryption;

/// <summary>
/// The store's own keys, which wrap the data keys of SSE-S3. They are rows, wrapped by the root key: a new root key rewraps these few and no object.
/// The first is made when it is first needed. Safe for concurrent use.
/// </summary>
internal sealed class StoreKeys(IMetadataStore metadata, RootKey rootKey, TimeProvider time)
{
    /// <summary>The key that wraps new data keys.</summary>
    private const int CurrentId = 1;

    private readonly ConcurrentDictionary<int, byte[]> _keys = new();

    /// <summary>The key for what is written now, made where there is none.</summary>
    public async ValueTask<(string Id, byte[] Key)> GetCurrentAsync(CancellationToken cancellationToken)
    {
        if (!_keys.TryGetValue(CurrentId, out var key))
        {
            var fresh = rootKey.Wrap(RandomNumberGenerator.GetBytes(DataKey.SizeBytes), ContextOf(CurrentId));
            var command = new AddStoreKey { Time = time.GetUtcNow(), Id = CurrentId, WrappedKey = fresh };
            // Somebody may have been faster: then theirs is the key.
            var stored = await metadata.ExecuteAsync(command, cancellationToken);
            key = _keys.GetOrAdd(CurrentId, rootKey.Unwrap(stored.Span, ContextOf(CurrentId)));
        }

        return (CurrentId.ToString(CultureInfo.InvariantCulture), key);
    }

    /// <summary>The key of that number, which wrapped something.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public async ValueTask<byte[]> GetAsync(string id, CancellationToken cancellationToken)
    {
        if (int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            if (_keys.TryGetValue(number, out var known))
            {
                return known;
            }

            foreach (var row in await metadata.ListStoreKeysAsync(cancellationToken))
            {
                _keys.TryAdd(row.Id, rootKey.Unwrap(row.WrappedKey.Span, ContextOf(row.Id)));
            }

            if (_keys.TryGetValue(number, out known))
            {
                return known;
            }
        }

        throw new InvalidDataException($"The metadata has no store key {id}, by which it says that bytes are encrypted.");
    }

    /// <summary>What a store key is wrapped for, by the root key.</summary>
    public static string ContextOf(int id) => string.Create(CultureInfo.InvariantCulture, $"store-key/{id}");
}
