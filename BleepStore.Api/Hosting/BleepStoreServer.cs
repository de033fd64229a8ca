using BleepStore.Api.AccessLogs;
using BleepStore.Api.Admin;
using BleepStore.Api.Auth;
using BleepStore.Api.Background;
using BleepStore.Api.Configuration;
using BleepStore.Api.Identities;
using BleepStore.Api.Integrity;
using BleepStore.Api.Observability;
using BleepStore.Api.QueryApi;
using BleepStore.ServiceDefaults;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace BleepStore.Api.Hosting;

/// <summary>The running process of one store: opened store, listeners and background work. Start it, use its URLs, stop it.</summary>
internal sealed partial class BleepStoreServer : IAsyncDisposable
{
    private static readonly TimeSpan IdleStopTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CutStopTimeout = TimeSpan.FromMilliseconds(200);

    private readonly WebApplication _application;
    private readonly OpenedStore _store;
    private readonly BleepStoreOptions _options;
    private readonly TimeProvider _time;
    private bool _isStopped;

    private BleepStoreServer(
        WebApplication application, OpenedStore store, BleepStoreOptions options, TimeProvider time, Listeners listeners)
    {
        _application = application;
        _store = store;
        _options = options;
        _time = time;
        var bound = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        S3Url = listeners.UrlOf(ListenerKind.S3, bound) ?? throw new InvalidOperationException("The server has no S3 listener.");
        AdminUrl = listeners.UrlOf(ListenerKind.Admin, bound);
    }

    /// <summary>Where S3 is served.</summary>
    public Uri S3Url { get; }

    /// <summary>Where the admin API is served; null when it is off.</summary>
    public Uri? AdminUrl { get; }

    /// <summary>
    /// Cancelled when the server stops, also when it does so by itself because something in the background failed for good.
    /// </summary>
    public CancellationToken Stopping => Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

    /// <summary>Everything the process is made of.</summary>
    public IServiceProvider Services => _application.Services;

    /// <summary>Opens the store, binds the listeners and answers; on return the server is ready.</summary>
    /// <exception cref="ConfigurationException">A key's value turned out to be wrong.</exception>
    /// <exception cref="StartException">The store or an address cannot be used.</exception>
    public static async Task<BleepStoreServer> StartAsync(
        BleepStoreOptions options, HostEnvironmentValues environment, CancellationToken cancellationToken)
    {
        RaiseThreadPoolMinimum();
        var isStarted = false;
        var builder = CreateBuilder(options, environment, () => Volatile.Read(ref isStarted));
        var listeners = new Listeners(options);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(listeners.Configure);
        builder.Services.Configure<SocketTransportOptions>(listeners.Configure);

        var store = await StoreOpening.OpenAsync(options, environment, cancellationToken);
        WebApplication? application = null;
        try
        {
            AddServices(builder.Services, options, environment, store);
            application = builder.Build();
            application.Run(application.Services.GetRequiredService<RequestDispatcher>().InvokeAsync);
            await application.StartAsync(cancellationToken);
            var server = new BleepStoreServer(application, store, options, environment.Time, listeners);
            application.Services.GetRequiredService<DrainState>().BecomeReady();
            Volatile.Write(ref isStarted, true);
            server.LogStart();
            return server;
        }
        catch
        {
            if (application is not null)
            {
                await application.DisposeAsync();
            }

            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops in order: not ready for the drain delay, then refusing, then waiting for requests in flight, then closed.</summary>
    /// <param name="abort">Ends all waiting.</param>
    public async Task StopAsync(CancellationToken abort)
    {
        if (_isStopped)
        {
            return;
        }

        _isStopped = true;
        var drain = Services.GetRequiredService<DrainState>();
        var logger = Services.GetRequiredService<ILogger<BleepStoreServer>>();
        drain.BecomeUnready();
        Log.Stopping(logger, drain.InFlight);
        using var timeout = new CancellationTokenSource();
        await using var link = abort.Register(timeout.Cancel);
        try
        {
            await Task.Delay(_options.Server.DrainDelay, _time, timeout.Token);
            await drain.RefuseNewAsync().WaitAsync(_options.Server.ShutdownTimeout, _time, timeout.Token);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            _ = drain.RefuseNewAsync();
            if (drain.InFlight > 0)
            {
                Log.Cut(logger, drain.InFlight);
            }
        }

        // Whatever is still running had its time; background work ends its current step.
        using var end = new CancellationTokenSource(drain.InFlight == 0 ? IdleStopTimeout : CutStopTimeout, _time);
        await _application.StopAsync(end.Token);
        Log.Stopped(logger);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        await _application.DisposeAsync();
        await _store.DisposeAsync();
    }

    private static WebApplicationBuilder CreateBuilder(BleepStoreOptions options, HostEnvironmentValues environment, Func<bool> isStarted)
    {
        // The empty builder reads no files and variables of its own: whatever is configurable is in the options.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "bleepstore", EnvironmentName = Environments.Production });
        builder.Configuration.AddInMemoryCollection(environment.Variables
            .Where(variable => variable.Key.StartsWith("OTEL_", StringComparison.Ordinal))
            .Select(variable => KeyValuePair.Create(variable.Key, (string?)variable.Value)));
        if (environment.ConfigureLogging is { } configure)
        {
            configure(builder.Logging);
        }
        else
        {
            ConsoleLogging.Configure(builder.Logging, options.Logging, isStarted);
        }

        ConsoleLogging.HideTargets(builder.Logging, options.Logging.Level);
        ConsoleLogging.MuteFloods(builder.Logging, options.Logging.Level);
        builder.AddServiceDefaults();
        return builder;
    }

    private static void AddServices(
        IServiceCollection services, BleepStoreOptions options, HostEnvironmentValues environment, OpenedStore store)
    {
        services.AddSingleton<IHostLifetime, NoLifetime>();
        services.AddSingleton(options);
        services.AddSingleton(environment.Time);
        services.AddSingleton<DrainState>();
        services.AddSingleton<RequestDispatcher>();
        services.AddStore(store, options, environment);
        services.AddSingleton(options.Encryption.ToSettings());
        services.AddS3(new S3Settings(
            options.Server.Region, options.Server.Domains, options.Server.MaxObjectSize, options.Limits.UploadLease, options.Auth.SignatureV2)
        {
            AccessLogs = new AccessLogSettings(options.Logging.DeliveryInterval),
            Lifecycle = options.Lifecycle,
            WebsiteDomains = options.Server.WebsiteDomains,
            CorsDefaultOrigins = options.Server.CorsDefaultOrigins,
        });
        services.AddSingleton(options.Scrub);
        services.AddHostedService<ScrubSchedule>();
        services.AddHostedService(provider => new IdleMemory(provider.GetRequiredService<TimeProvider>()));
        services.AddAdmin();
        services.AddQueryServices();
        services.AddSingleton<IPrincipalPolicies, IdentityPolicies>();
        services.AddObservability(
            new ObservabilitySettings(
                options.Observability.Metrics,
                options.Observability.MetricsPublic,
                options.Observability.HealthCheck,
                options.Logging.AccessLog,
                options.Server.AdminToken),
            provider => () => provider.GetRequiredService<DrainState>().IsReady);
        environment.ConfigureServices?.Invoke(services);
    }

    private static void RaiseThreadPoolMinimum()
    {
        // Engines and file systems block threads for the length of an fsync; the pool's own growth of one thread a second is too slow for that.
        const int perProcessor = 8;
        ThreadPool.GetMinThreads(out var workers, out var completionPorts);
        ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount * perProcessor), completionPorts);
    }

    private void LogStart()
    {
        var logger = Services.GetRequiredService<ILogger<BleepStoreServer>>();
        Log.Started(
            logger,
            BuildInformation.Version,
            S3Url.GetLeftPart(UriPartial.Authority),
            AdminUrl?.GetLeftPart(UriPartial.Authority) ?? "off",
            _store.Metadata.Engine,
            _store.Storage.Name);
        if (_store.Storage.IsDurable != _store.Metadata.IsDurable)
        {
            Log.HalfDurable(logger);
        }

        if (_options.Auth is { AccessKey: CredentialOptions.DefaultAccessKey, SecretKey: CredentialOptions.DefaultSecretKey })
        {
            Log.DefaultCredentials(logger);
        }
    }

    /// <summary>Leaves signals to the command line: the server is stopped by its owner alone.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(
            1301,
            LogLevel.Information,
            "BleepStore {Version} serves S3 on {S3Url} (admin: {AdminUrl}; metadata: {Engine}, storage: {Backend})")]
        public static partial void Started(ILogger logger, string version, string s3Url, string adminUrl, string engine, string backend);

        [LoggerMessage(1302, LogLevel.Information, "The well-known default credentials are in use: whoever reaches this server can use it")]
        public static partial void DefaultCredentials(ILogger logger);

        [LoggerMessage(
            1306,
            LogLevel.Warning,
            "Only one of metadata and bytes outlives the process: objects are lost with it, and what remains is not removed")]
        public static partial void HalfDurable(ILogger logger);

        [LoggerMessage(1303, LogLevel.Information, "Stopping: {InFlight} requests are in flight")]
        public static partial void Stopping(ILogger logger, int inFlight);

        [LoggerMessage(1304, LogLevel.Warning, "Stopping without waiting longer: {InFlight} requests are cut off")]
        public static partial void Cut(ILogger logger, int inFlight);

        [LoggerMessage(1305, LogLevel.Information, "Stopped")]
        public static partial void Stopped(ILogger logger);
    }
}
