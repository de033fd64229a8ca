using System.Collections.Immutable;
using BleepStore.Api.AccessLogs;
using BleepStore.Api.Acl;
using BleepStore.Api.Auth;
using BleepStore.Api.Background;
using BleepStore.Api.Configuration;
using BleepStore.Api.Configurations;
using BleepStore.Api.Content;
using BleepStore.Api.Cors;
using BleepStore.Api.Encryption;
using BleepStore.Api.Identities;
using BleepStore.Api.Integrity;
using BleepStore.Api.Lifecycle;
using BleepStore.Api.Locks;
using BleepStore.Api.Operations;
using BleepStore.Api.Operations.Buckets;
using BleepStore.Api.Operations.Objects;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Policies;
using BleepStore.Api.Website;
using BleepStore.Metadata;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BleepStore.Api.Hosting;

/// <summary>What the S3 pipeline needs to know of the configuration.</summary>
/// <param name="Region">The store's region.</param>
/// <param name="Domains">Domains under which buckets are host names.</param>
/// <param name="MaxObjectBytes">Largest body of one PUT or part.</param>
/// <param name="UploadLease">After how long an idle upload is reaped; zero never.</param>
/// <param name="SignatureV2">Whether Signature Version 2 is accepted.</param>
internal sealed record S3Settings(string Region, ImmutableArray<string> Domains, long MaxObjectBytes, TimeSpan UploadLease, SignatureV2Mode SignatureV2)
{
    /// <summary>How access logs of buckets are delivered.</summary>
    public AccessLogSettings AccessLogs { get; init; } = AccessLogSettings.Default;

    /// <summary>How lifecycle rules work.</summary>
    public LifecycleSettings Lifecycle { get; init; } = LifecycleSettings.Default;

    /// <summary>Domains under which buckets are websites.</summary>
    public ImmutableArray<string> WebsiteDomains { get; init; } = [];

    /// <summary>Origins that may use everything where a bucket has no rules of its own.</summary>
    public ImmutableArray<string> CorsDefaultOrigins { get; init; } = [];
}

/// <summary>Registers the S3 pipeline and the background work, over stores and credentials that the start opened.</summary>
internal static class S3ServiceCollectionExtensions
{
    /// <summary>
    /// Needs from others: <c>IMetadataStore</c>, <c>RootKey</c>, <c>IObjectStorage</c>, <c>BlobIdSource</c>, <c>NodeBoot</c>, <c>ICredentialLookup</c>,
    /// <c>FreeSpaceGuard</c>, <c>ICrashPoints</c>, and any number of <c>IRequestObserver</c>.
    /// </summary>
    public static IServiceCollection AddS3(this IServiceCollection services, S3Settings settings)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new StoreRegion(settings.Region));
        services.AddSingleton(new UploadLimits(settings.MaxObjectBytes));
        services.AddSingleton(new AuthOptions(settings.Region, settings.SignatureV2));
        services.AddSingleton(new S3RequestParser(settings.Domains, settings.WebsiteDomains));
        services.AddSingleton<ReaderRegistry>();
        services.AddSingleton<VerifiedRequest.Verifier>();
        services.TryAddSingleton<IPrincipalPolicies, NoPrincipalPolicies>();
        services.AddSingleton<AccessRules>();
        services.AddSingleton<AccountDirectory>();
        services.AddSingleton<PrincipalBinding>();
        services.AddSingleton<Authorizer>();
        services.AddSingleton<AclReader>();
        services.AddSingleton<BucketConfigurations>();
        services.AddSingleton(new DefaultOrigins(settings.CorsDefaultOrigins));
        services.AddSingleton<CrossOriginAccess>();
        services.AddSingleton<WebsiteAnswers>();
        services.TryAddSingleton(EncryptionSettings.Default);
        services.AddSingleton<StoreKeys>();
        services.AddSingleton<ObjectKeys>();
        services.AddSingleton<EncryptionRules>();
        services.AddSingleton<BlobWriter>();
        services.AddSingleton<ObjectReader>();
        services.AddSingleton<ObjectCopier>();
        services.AddSingleton<PartReader>();
        services.AddSingleton<LockVisibility>();
        services.AddSingleton<CopiedTags>();
        services.AddSingleton<ObjectRead>();
        services.AddSingleton<PutObject>();
        services.TryAddSingleton<DamageCounts>();
        services.AddSingleton<ReadDamage>();
        services.AddSingleton<LateAnswers>();
        services.AddSingleton<ListingTurns>();
        services.AddSingleton<S3ResponseWriter>();
        services.AddSingleton(provider => new S3Router(S3Operations.All, provider));
        services.AddSingleton<S3Pipeline>();

        services.AddSingleton<BlobSweeper>();
        services.AddSingleton<GarbageCollector>();
        services.AddSingleton(provider => new UploadReaper(
            provider.GetRequiredService<IMetadataStore>(), settings.UploadLease, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(settings.Lifecycle);
        services.TryAddSingleton<LifecycleCounts>();
        services.AddSingleton<LifecycleWork>();
        services.AddHostedService<BackgroundWork>();
        services.AddSingleton(settings.AccessLogs);
        services.AddSingleton<AccessLogBuffer>();
        services.AddSingleton<AccessLogDelivery>();
        services.AddHostedService(provider => provider.GetRequiredService<AccessLogDelivery>());
        services.TryAddSingleton<IntegrityChecks>();
        return services;
    }
}
