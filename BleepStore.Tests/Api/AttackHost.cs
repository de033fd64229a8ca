using System.Globalization;
using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Metadata.Listing;
using BleepStore.Tests.Access;
using BleepStore.Tests.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BleepStore.Tests.Api;

/// <summary>A test host with credentials of every kind, raw requests, and a picture of all that is stored.</summary>
public sealed class AttackHost : IAsyncLifetime
{
    /// <summary>A user of Alice's account that no policy has given rights.</summary>
    internal static readonly Credential Powerless = new("user-key", "user-secret", "alice", "Alice", IsRoot: false, Active: true)
    {
        HasAccountRights = false,
        Arn = "arn:aws:iam::111111111111:user/powerless",
        User = "powerless",
    };

    /// <summary>A user of Bob's account, alike.</summary>
    internal static readonly Credential Stranger = new("stranger-key", "stranger-secret", "bob", "Bob", IsRoot: false, Active: true)
    {
        HasAccountRights = false,
        Arn = "arn:aws:iam::222222222222:user/stranger",
        User = "stranger",
    };

    internal static readonly Credential Disabled = new("disabled-key", "disabled-secret", "alice", "Alice", IsRoot: false, Active: false);
    internal static readonly Credential Unknown = new("unknown-key", "unknown-secret", "nobody", "", IsRoot: false, Active: true);

    private readonly TestEngines _engines;
    private readonly string[] _domains;
    private readonly ErrorCounter _errors = new();

    public AttackHost()
        : this(TestEngines.Memory)
    {
    }

    internal AttackHost(TestEngines engines, params string[] domains)
        => (_engines, _domains) = (engines, domains);

    internal static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    internal S3TestHost Host { get; private set; } = null!;

    /// <summary>The policies of users, by access key; none for who is not in it.</summary>
    internal TestPrincipalPolicies Policies { get; } = new();

    /// <summary>Errors that the server logged: there must be none for anything that a client can send.</summary>
    internal IReadOnlyCollection<string> LoggedErrors => _errors.Messages;

    public async ValueTask InitializeAsync() => Host = await S3TestHost.StartAsync(_engines, Configure, [.. _domains]);

    public ValueTask DisposeAsync() => Host is null ? ValueTask.CompletedTask : Host.DisposeAsync();

    internal static TestSigner Signer(Credential who) => new(who.AccessKey, who.Secret);

    internal TestRequest New(string method, string target) => new(method, target, Host.Endpoint.Authority);

    internal Task<RawAnswer> SendAsync(TestRequest request) => RawClient.SendAsync(Host.Endpoint, request.ToBytes(), Cancellation);

    internal Task<RawAnswer> SendAsync(byte[] request) => RawClient.SendAsync(Host.Endpoint, request, Cancellation);

    /// <summary>Sends a request signed by <paramref name="who"/>, or unsigned for null.</summary>
    internal Task<RawAnswer> CallAsync(Credential? who, string method, string target, string body = "", params (string Name, string Value)[] headers)
    {
        var request = New(method, target).WithBody(body);
        foreach (var (name, value) in headers)
        {
            request.With(name, value);
        }

        return CallAsync(who, request);
    }

    internal Task<RawAnswer> CallAsync(Credential? who, TestRequest request)
    {
        if (who is not null)
        {
            Signer(who).SignHeader(request, Now);
        }

        return SendAsync(request);
    }

    /// <summary>Sends a request that must succeed.</summary>
    internal async Task<RawAnswer> MustAsync(Credential? who, string method, string target, string body = "", params (string Name, string Value)[] headers)
    {
        var answer = await CallAsync(who, method, target, body, headers);
        (answer.Status / 100).ShouldBe(2, $"{method} {target}: {answer.Status} {answer.Text}");
        return answer;
    }

    /// <summary>Everything the store holds, as text to be compared: what an attack changed shows as a difference.</summary>
    internal async Task<string> PictureAsync()
    {
        var text = new StringBuilder();
        foreach (var bucket in await Host.Metadata.ListBucketsAsync(null, "", null, 1000, Cancellation))
        {
            text.Append(CultureInfo.InvariantCulture, $"{bucket.Name} of {bucket.OwnerId}: {string.Join(", ", bucket.Acl.Grants)} {string.Join(", ", bucket.Configurations)}\n");
            for (string? after = null; ;)
            {
                var page = await Host.Metadata.ListObjectsAsync(bucket.BucketId, new ListQuery("", "", after, 1000), Cancellation);
                foreach (var record in page.Objects)
                {
                    text.Append(CultureInfo.InvariantCulture, $"  {record.Key} {record.Order} {record.ETag} {record.Size} of {record.Acl.OwnerId}: ")
                        .AppendJoin(", ", record.Acl.Grants).AppendJoin(", ", record.Tags).Append('\n');
                }

                if ((after = page.NextAfter) is null)
                {
                    break;
                }
            }

            foreach (var upload in (await Host.Metadata.ListUploadsAsync(bucket.BucketId, new UploadListQuery("", "", null, null, 1000), Cancellation)).Uploads)
            {
                text.Append(CultureInfo.InvariantCulture, $"  upload of {upload.Key} {upload.UploadId}\n");
                foreach (var part in await Host.Metadata.ListPartsAsync(upload.UploadId, 0, 1000, Cancellation))
                {
                    text.Append(CultureInfo.InvariantCulture, $"    {part.PartNumber} {part.ETag} {part.LastModified:O}\n");
                }
            }
        }

        await foreach (var blob in Host.Storage.ListAsync(Cancellation))
        {
            text.Append(CultureInfo.InvariantCulture, $"blob of {blob.Length} bytes\n");
        }

        return text.ToString();
    }

    private void Configure(IServiceCollection services)
    {
        services.AddSingleton<ICredentialLookup>(new Credentials());
        services.AddSingleton<IPrincipalPolicies>(Policies);
        services.AddLogging(logging => logging.AddProvider(_errors));
    }

    private sealed class Credentials : ICredentialLookup
    {
        private static readonly Credential[] All = [S3TestHost.Root, S3TestHost.Alice, S3TestHost.Bob, Powerless, Stranger, Disabled];

        public ValueTask<Credential?> FindAsync(string accessKey, CancellationToken cancellationToken)
            => ValueTask.FromResult(All.FirstOrDefault(credential => credential.AccessKey == accessKey));
    }

    /// <summary>Keeps what is logged as an error.</summary>
    private sealed class ErrorCounter : ILoggerProvider, ILogger
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _messages = new();

        public IReadOnlyCollection<string> Messages => _messages;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // A client that resets while its body is being read: Kestrel cancels our read and then remarks that it cannot drain the dead connection.
            if (IsEnabled(logLevel) && eventId.Name != "RequestBodyDrainBodyReaderInvalidState")
            {
                _messages.Enqueue($"{formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
