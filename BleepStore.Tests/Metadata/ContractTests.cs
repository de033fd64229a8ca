namespace BleepStore.Tests.Metadata;

/// <summary>The contract on SQLite.</summary>
public sealed class SqliteMetadataStoreContractTests : MetadataStoreContract<SqliteEngine>;

/// <summary>The contract on SQLite.</summary>
public sealed class SqliteBookkeepingTests : BookkeepingContract<SqliteEngine>;

/// <summary>The contract on SQLite.</summary>
public sealed class SqliteMultipartTests : MultipartContract<SqliteEngine>;

/// <summary>The contract on SQLite.</summary>
public sealed class SqliteListingTests : ListingContract<SqliteEngine>;

/// <summary>The contract in memory.</summary>
public sealed class MemoryMetadataStoreContractTests : MetadataStoreContract<MemoryEngine>;

/// <summary>The contract in memory.</summary>
public sealed class MemoryBookkeepingTests : BookkeepingContract<MemoryEngine>;

/// <summary>The contract in memory.</summary>
public sealed class MemoryMultipartTests : MultipartContract<MemoryEngine>;

/// <summary>The contract in memory.</summary>
public sealed class MemoryListingTests : ListingContract<MemoryEngine>;

/// <summary>The contract on SQLite.</summary>
public sealed class SqliteFreshnessTests : FreshnessContract<SqliteEngine>;

/// <summary>The contract in memory.</summary>
public sealed class MemoryFreshnessTests : FreshnessContract<MemoryEngine>;

/// <summary>The engine sqlite under the contract for identities.</summary>
public sealed class SqliteIdentityTests : IdentityContract<SqliteEngine>;

/// <summary>The engine memory under the contract for identities.</summary>
public sealed class MemoryIdentityTests : IdentityContract<MemoryEngine>;

/// <summary>The contract on SQLite.</summary>
public sealed class SqliteConfigurationTests : ConfigurationContract<SqliteEngine>;

/// <summary>The contract in memory.</summary>
public sealed class MemoryConfigurationTests : ConfigurationContract<MemoryEngine>;

/// <summary>The contract on SQLite.</summary>
public sealed class SqliteVersionTests : VersionContract<SqliteEngine>;

/// <summary>The contract in memory.</summary>
public sealed class MemoryVersionTests : VersionContract<MemoryEngine>;

/// <summary>The contract on SQLite.</summary>
public sealed class SqliteVersionListingTests : VersionListingContract<SqliteEngine>;

/// <summary>The contract in memory.</summary>
public sealed class MemoryVersionListingTests : VersionListingContract<MemoryEngine>;

/// <summary>The contract on SQLite.</summary>
public sealed class SqliteObjectLockTests : ObjectLockContract<SqliteEngine>;

/// <summary>The contract in memory.</summary>
public sealed class MemoryObjectLockTests : ObjectLockContract<MemoryEngine>;

/// <summary>The contract on SQLite.</summary>
public sealed class SqliteExpirationTests : ExpirationContract<SqliteEngine>;

/// <summary>The contract in memory.</summary>
public sealed class MemoryExpirationTests : ExpirationContract<MemoryEngine>;

/// <summary>The contract on SQLite.</summary>
public sealed class SqliteLifecyclePlaceTests : LifecyclePlaceContract<SqliteEngine>;

/// <summary>The contract in memory.</summary>
public sealed class MemoryLifecyclePlaceTests : LifecyclePlaceContract<MemoryEngine>;
