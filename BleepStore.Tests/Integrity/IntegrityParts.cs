using BleepStore.Api.Background;
using BleepStore.Api.Content;
using BleepStore.Api.Integrity;
using BleepStore.Metadata;
using BleepStore.Storage.Memory;
using Microsoft.Extensions.Logging.Abstractions;

namespace BleepStore.Tests.Integrity;

/// <summary>The checks of a server over stores of a test's own.</summary>
internal static class IntegrityParts
{
    public static IntegrityChecks Checks(IMetadataStore metadata, TimeProvider time)
    {
        var storage = new MemoryObjectStorage();
        return new IntegrityChecks(
            metadata,
            storage,
            new ObjectReader(metadata, storage),
            new ReaderRegistry(),
            new NodeBoot(Node: 0, Boot: 1, MaySweep: true),
            new DamageCounts(),
            time,
            NullLogger<IntegrityChecks>.Instance);
    }
}
