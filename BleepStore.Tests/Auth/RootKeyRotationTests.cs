using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Hosting;
using BleepStore.Metadata.Sqlite;
using BleepStore.Storage;
using BleepStore.Tests.Hosting;
using BleepStore.Tests.Metadata;
using BleepStore.Tests.QueryApi;
using Microsoft.Extensions.DependencyInjection;

namespace BleepStore.Tests.Auth;

/// <summary>A new root key for a store in use: nothing that was wrapped is lost, wherever the process dies.</summary>
public sealed class RootKeyRotationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string KeyFile => Path.Combine(_directory.Path, "root.key");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Every_secret_is_wrapped_anew_while_requests_go_on_and_the_old_key_goes_at_the_next_start()
    {
        string before;
        (string AccessKey, string Secret) key;
        await using (var server = await StartAsync())
        {
            before = await File.ReadAllTextAsync(KeyFile, Token);
            key = await new QueryClient(server).CreateUserWithKeyAsync("rotated");
            var session = (await new QueryClient(server, key.AccessKey, key.Secret).StsAsync("GetSessionToken")).Ok();
            await EncryptAsync(server, "/bucket/before");

            (await RotateAsync(server)).ShouldBe(3, "root, the user's key, and the key of the store");

            var user = new QueryClient(server, key.AccessKey, key.Secret);
            (await user.StsAsync("GetCallerIdentity")).Ok();
            (await new QueryClient(server, session["AccessKeyId"]!, session["SecretAccessKey"]!, session["SessionToken"]).StsAsync("GetCallerIdentity")).Ok();
            await EncryptAsync(server, "/bucket/after");
            (await RotateAsync(server)).ShouldBe(3);
            (await File.ReadAllTextAsync(KeyFile, Token)).ShouldNotBe(before);
            File.Exists(KeyFile + ".previous").ShouldBeTrue();
            (await new QueryClient(server).S3Async("GET", "/bucket/before")).ShouldBe((200, null));
        }

        await using (var server = await StartAsync())
        {
            (await new QueryClient(server, key.AccessKey, key.Secret).StsAsync("GetCallerIdentity")).Ok();
            (await new QueryClient(server).S3Async("GET", "/bucket/before")).ShouldBe((200, null));
            (await new QueryClient(server).S3Async("GET", "/bucket/after")).ShouldBe((200, null));
        }

        Directory.GetFiles(_directory.Path, "root.key*").ShouldBe([KeyFile], "the old key is gone once a start has seen that nothing needs it");
        await NothingIsWrappedByAsync(RootKey.Parse(before, "the test"));
    }

    [Theory]
    [InlineData("root-key.written", 1)]
    [InlineData("root-key.page", 1)]
    [InlineData("root-key.page", 2)]
    [InlineData("root-key.rewrapped", 1)]
    [InlineData("root-key.promoted", 1)]
    public async Task A_rotation_that_is_cut_off_anywhere_is_finished_by_the_next_start(string step, int hits)
    {
        var crash = new CrashOnce(step, hits);
        string before;
        (string AccessKey, string Secret) key;
        await using (var server = await StartAsync(options => options.CrashPoints = crash))
        {
            before = await File.ReadAllTextAsync(KeyFile, Token);
            key = await new QueryClient(server).CreateUserWithKeyAsync("survivor");
            await EncryptAsync(server, "/bucket/before");
            crash.IsArmed = true;
            await Should.ThrowAsync<Exception>(() => RotateAsync(server));
            crash.HasCrashed.ShouldBeTrue();
            crash.IsArmed = false;

            // What is left in the directory is what a killed process would have left.
            foreach (var file in Directory.GetFiles(_directory.Path, "root.key*"))
            {
                (await File.ReadAllTextAsync(file, Token)).Trim().Length.ShouldBe(64, file);
            }
        }

        for (var start = 0; start < 2; start++)
        {
            await using var server = await StartAsync();
            (await new QueryClient(server, key.AccessKey, key.Secret).StsAsync("GetCallerIdentity")).Ok();
            (await new QueryClient(server).S3Async("GET", "/bucket/before")).ShouldBe((200, null));
        }

        Directory.GetFiles(_directory.Path, "root.key*").ShouldBe([KeyFile]);
        if (await File.ReadAllTextAsync(KeyFile, Token) != before)
        {
            await NothingIsWrappedByAsync(RootKey.Parse(before, "the test"));
        }
    }

    [Fact]
    public async Task A_key_of_the_environment_is_not_rotated()
    {
        await using var server = await StartAsync(options => options.Variables[RootKeyFile.EnvironmentVariable] = new string('a', 64));

        (await Should.ThrowAsync<RootKeyException>(() => RotateAsync(server))).Message.ShouldContain(RootKeyFile.EnvironmentVariable);
    }

    [Fact]
    public void A_successor_wraps_and_both_unwrap()
    {
        var key = RootKey.Generate();
        var (old, oldId) = (key.Wrap("secret"u8, "context"), key.Id);
        key.IsWrappedByIt(old).ShouldBeTrue();

        key.Succeed(RootKey.Generate());

        key.Id.ShouldNotBe(oldId);
        key.FormerIds.ShouldBe([oldId]);
        key.IsWrappedByIt(old).ShouldBeFalse();
        key.IsWrappedByIt(key.Wrap("secret"u8, "context")).ShouldBeTrue();
        Encoding.UTF8.GetString(key.Unwrap(old, "context")).ShouldBe("secret");
        Should.Throw<RootKeyException>(() => RootKey.Generate().Unwrap(old, "context"));
    }

    private Task<TestServer> StartAsync(Action<TestServerOptions>? configure = null) => TestServer.StartAsync(options =>
    {
        options.DataDirectory = _directory.Path;
        options.Set("encryption.default", "sse-s3");
        configure?.Invoke(options);
    });

    private static Task<int> RotateAsync(TestServer server) => server.Services.GetRequiredService<RootKeyRotation>().RotateAsync(Token);

    private static async Task EncryptAsync(TestServer server, string key)
    {
        var root = new QueryClient(server);
        (await root.S3Async("PUT", "/bucket")).Status.ShouldBe(200);
        (await root.S3Async("PUT", key, "body")).ShouldBe((200, null));
    }

    private async Task NothingIsWrappedByAsync(RootKey former)
    {
        await using var metadata = new SqliteMetadataStore(new SqliteMetadataOptions { Path = _directory.Path, ReserveBytes = 0 });
        foreach (var row in await metadata.ListCredentialsAsync(null, 1000, Token))
        {
            Should.Throw<RootKeyException>(() => former.Unwrap(row.WrappedSecret.Span, StoreCredentialLookup.ContextOf(row.AccessKey)));
        }

        foreach (var row in await metadata.ListStoreKeysAsync(Token))
        {
            former.IsWrappedByIt(row.WrappedKey.Span).ShouldBeFalse();
        }
    }

    /// <summary>Breaks the rotation off at a step; what follows it does not happen.</summary>
    private sealed class CrashOnce(string step, int hits) : ICrashPoints
    {
        private int _left = hits;

        public bool IsArmed { get; set; }

        public bool HasCrashed { get; private set; }

        public void Hit(string name)
        {
            if (IsArmed && name == step && --_left == 0)
            {
                HasCrashed = true;
                throw new InvalidOperationException("crash");
            }
        }
    }
}
