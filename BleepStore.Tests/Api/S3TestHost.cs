using System.Collections.Immutable;
using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using BleepStore.Api.Auth;
using BleepStore.Api.Background;
using BleepStore.Api.Content;
using BleepStore.Api.Hosting;
using BleepStore.Api.Pipeline;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Memory;
using BleepStore.Metadata.Records;
using BleepStore.Metadata.Sqlite;
using BleepStore.Storage;
using BleepStore.Storage.FileSystem;
using BleepStore.Storage.Local;
using BleepStore.Storage.Local.Packs;
using BleepStore.Storage.Memory;
using BleepStore.Tests.Encryption;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BleepStore.Tests.Api;

/// <summary>Which engines a test host runs on.</summary>
public enum TestEngines
{
    Memory,
    Durable,
}

/// <summary>The S3 pipeline on a real Kestrel at a free port, over engines of the test's choice, with three accounts.</summary>
internal sealed class S3TestHost : IAsyncDisposable
{
    public const string Region = "us-east-1";
    public static readonly Credential Root = new("bleepstore", "bleepstore-secret", "bleepstore", "bleepstore", IsRoot: true, Active: true);
    public static readonly Credential Alice = new("alice-key", "alice-secret", "alice", "Alice", IsRoot: false, Active: true);
    public static readonly Credential Bob = new("bob-key", "bob-secret", "bob", "Bob", IsRoot: false, Active: true);

    private const int InlineThreshold = 4096;

    private readonly WebApplication _app;
    private readonly string? _directory;

    private S3TestHost(WebApplication app, string? directory)
    {
        _app = app;
        _directory = directory;
        Endpoint = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public Uri Endpoint { get; }

    public IServiceProvider Services => _app.Services;

    public IMetadataStore Metadata => _app.Services.GetRequiredService<IMetadataStore>();

    public IObjectStorage Storage => _app.Services.GetRequiredService<IObjectStorage>();

    public GarbageCollector Collector => _app.Services.GetRequiredService<GarbageCollector>();

    /// <summary>Directory of the durable engines.</summary>
    public string Directory => _directory ?? throw new InvalidOperationException("The memory engines have no directory.");

    public static async Task<S3TestHost> StartAsync(
        TestEngines engines = TestEngines.Memory, Action<IServiceCollection>? configure = null, params ImmutableArray<string> domains)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            S3Kestrel.Configure(options);
            options.Listen(IPAddress.Loopback, 0);
        });
        var directory = engines == TestEngines.Durable ? System.IO.Directory.CreateTempSubdirectory("bleepstore-api-").FullName : null;
        await AddEnginesAsync(builder.Services, directory);
        builder.Services.AddSingleton<ICredentialLookup>(new FixedCredentials());
        builder.Services.AddSingleton<ICrashPoints>(NoCrashPoints.Instance);
        builder.Services.AddSingleton(RootKey.Generate());
        builder.Services.AddSingleton(EncryptionParts.Settings);
        builder.Services.AddSingleton(new FreeSpaceGuard(() => new DiskSpace(null, Total: null), () => new DiskSpace(null, Total: null), minFree: 0, TimeProvider.System));
        builder.Services.AddS3(new S3Settings(Region, domains, 5L << 30, TimeSpan.FromDays(7), SignatureV2Mode.Presigned));
        configure?.Invoke(builder.Services);
        var app = builder.Build();
        app.Run(app.Services.GetRequiredService<S3Pipeline>().InvokeAsync);
        await app.StartAsync(CancellationToken.None);
        return new S3TestHost(app, directory);
    }

    /// <summary>An SDK client of one of the accounts.</summary>
    public AmazonS3Client Client(Credential? who = null)
    {
        who ??= Root;
        return new AmazonS3Client(
            new BasicAWSCredentials(who.AccessKey, who.Secret),
            new AmazonS3Config
            {
                ServiceURL = Endpoint.ToString(),
                ForcePathStyle = true,
                AuthenticationRegion = Region,
                MaxErrorRetry = 0,
                UseHttp = true,
            });
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        if (_directory is not null)
        {
            System.IO.Directory.Delete(_directory, recursive: true);
        }
    }

    private static async Task AddEnginesAsync(IServiceCollection services, string? directory)
    {
        IMetadataStore metadata;
        IObjectStorage storage;
        StorageRoot? root = null;
        if (directory is null)
        {
            metadata = new MemoryMetadataStore();
            storage = new MemoryObjectStorage();
        }
        else
        {
            metadata = new SqliteMetadataStore(new SqliteMetadataOptions { Path = Path.Combine(directory, "metadata.db"), ReserveBytes = 0 });
            root = StorageRoot.Open(new PhysicalFileSystem(), Path.Combine(directory, "objects"));
            storage = new LocalObjectStorage(root, packs: new PackOptions());
        }

        foreach (var account in (Credential[])[Root, Alice, Bob])
        {
            await metadata.ExecuteAsync(
                new PutAccount { Time = TimeProvider.System.GetUtcNow(), Account = new AccountRecord(account.AccountId, account.DisplayName, account.AccountId + "@example.com") },
                CancellationToken.None);
        }

        var boot = await metadata.ExecuteAsync(
            new StartBoot { Time = TimeProvider.System.GetUtcNow(), Node = 0, RootHighestBoot = 0 }, CancellationToken.None);
        root?.Claim(metadata.StoreId, boot);
        services.AddSingleton(metadata);
        services.AddSingleton(storage);
        services.AddSingleton(InlineLimit.Of(InlineThreshold, metadata.MaxInlineBytes));
        services.AddSingleton(new BlobIdSource(0, boot));
        services.AddSingleton(new NodeBoot(0, boot, MaySweep: true));
    }

    private sealed class FixedCredentials : ICredentialLookup
    {
        public ValueTask<Credential?> FindAsync(string accessKey, CancellationToken cancellationToken)
            => ValueTask.FromResult(((Credential[])[Root, Alice, Bob]).FirstOrDefault(credential => credential.AccessKey == accessKey));
    }
}
