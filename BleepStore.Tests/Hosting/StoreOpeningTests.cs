using System.Net;
using Amazon.S3;
using BleepStore.Api.CommandLine;
using BleepStore.Api.Hosting;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;
using Microsoft.Extensions.DependencyInjection;

namespace BleepStore.Tests.Hosting;

/// <summary>Every start is a recovery: what belongs together opens, what does not stops the start with a sentence.</summary>
public sealed class StoreOpeningTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("bleepstore-opening-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_restart_finds_what_was_stored_and_counts_the_boot()
    {
        await using (var first = await StartAsync())
        {
            await first.Client.PutBucketAsync("kept", Token);
            await first.Client.PutObjectAsync(new() { BucketName = "kept", Key = "a", ContentBody = "content" }, Token);
        }

        await using var second = await StartAsync();
        using var got = await second.Client.GetObjectAsync("kept", "a", Token);
        using var reader = new StreamReader(got.ResponseStream);
        (await reader.ReadToEndAsync(Token)).ShouldBe("content");
        second.Services.GetRequiredService<OpenedStore>().Boot.Boot.ShouldBe(2u);
    }

    [Fact]
    public async Task A_second_server_on_the_same_data_is_told_who_holds_it()
    {
        await using var first = await StartAsync();
        var refusal = await Should.ThrowAsync<StartException>(() => StartAsync());
        refusal.ExitCode.ShouldBe(ExitCodes.StoreUnavailable);
        refusal.Message.ShouldContain(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_storage_root_of_another_store_stops_the_start_and_is_left_alone()
    {
        await using (await StartAsync())
        {
        }

        var identity = await File.ReadAllTextAsync(Path.Combine(_directory, "objects", "store.json"), Token);
        var refusal = await Should.ThrowAsync<StartException>(
            () => StartAsync(options => options.Set("metadata.sqlite.path", Path.Combine(_directory, "other", "metadata.db"))));
        refusal.ExitCode.ShouldBe(ExitCodes.StoreUnavailable);
        refusal.Message.ShouldContain("belongs to store");
        (await File.ReadAllTextAsync(Path.Combine(_directory, "objects", "store.json"), Token)).ShouldBe(identity);
    }

    [Fact]
    public async Task A_store_without_its_root_key_does_not_start()
    {
        await using (await StartAsync())
        {
        }

        File.Delete(Path.Combine(_directory, "root.key"));
        var refusal = await Should.ThrowAsync<StartException>(() => StartAsync());
        refusal.ExitCode.ShouldBe(ExitCodes.StoreUnavailable);
        refusal.Message.ShouldContain("root.key");
        File.Exists(Path.Combine(_directory, "root.key")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_root_key_of_another_store_does_not_open_this_one()
    {
        await using (await StartAsync())
        {
        }

        var wrong = new string('a', 64);
        foreach (var accessKey in new[] { "bleepstore", "another-root" })
        {
            var refusal = await Should.ThrowAsync<StartException>(() => StartAsync(options =>
            {
                options.Set("auth.access_key", accessKey);
                options.Variables["BLEEPSTORE_ROOT_KEY"] = wrong;
            }));
            refusal.ExitCode.ShouldBe(ExitCodes.StoreUnavailable);
            refusal.Message.ShouldNotContain(wrong);
        }

        await using var unharmed = await StartAsync();
    }

    [Fact]
    public async Task Metadata_that_names_another_backend_stops_the_start()
    {
        await using (var first = await StartAsync())
        {
            await first.Client.PutBucketAsync("bucket", Token);
            await first.Client.PutObjectAsync(new() { BucketName = "bucket", Key = "a", ContentBody = new string('c', 5000) }, Token);
        }

        var refusal = await Should.ThrowAsync<StartException>(() => StartAsync(options => options.Set("storage.backend", "memory")));
        refusal.Message.ShouldContain("storage.backend is memory");
    }

    [Fact]
    public async Task A_changed_secret_replaces_the_old_one()
    {
        await using (await StartAsync())
        {
        }

        await using var second = await StartAsync(options => options.Set("auth.secret_key", "changed-secret"));
        await second.Client.ListBucketsAsync(Token);
        using var old = second.CreateClient(second.AccessKey, "bleepstore-secret");
        (await Should.ThrowAsync<AmazonS3Exception>(() => old.ListBucketsAsync(Token))).ErrorCode.ShouldBe("SignatureDoesNotMatch");
    }

    [Fact]
    public async Task A_root_credential_that_was_replaced_is_root_no_more()
    {
        await using (await StartAsync())
        {
        }

        await using var second = await StartAsync(options => options.Set("auth.access_key", "newroot").Set("auth.secret_key", "newroot-secret"));
        var old = await second.Services.GetRequiredService<IMetadataStore>().FindCredentialAsync("bleepstore", Token);
        old.ShouldNotBeNull().ShouldSatisfyAllConditions(
            credential => credential.Active.ShouldBeFalse(),
            credential => credential.IsStoreRoot.ShouldBeFalse());
        using var client = second.CreateClient("bleepstore", "bleepstore-secret");
        (await Should.ThrowAsync<AmazonS3Exception>(() => client.ListBucketsAsync(Token))).ErrorCode.ShouldBe("InvalidAccessKeyId");
    }

    [Fact]
    public async Task A_user_removed_from_the_configuration_is_locked_out_and_comes_back_with_it()
    {
        static void WithAnn(TestServerOptions options) => options.AddUser("ann", "ann-secret");
        await using (var first = await StartAsync(WithAnn))
        {
            await first.CreateClient("ann", "ann-secret").PutBucketAsync("anns", Token);
        }

        await using (var second = await StartAsync())
        {
            var refused = await Should.ThrowAsync<AmazonS3Exception>(() => second.CreateClient("ann", "ann-secret").ListBucketsAsync(Token));
            refused.ErrorCode.ShouldBe("InvalidAccessKeyId");
        }

        await using var third = await StartAsync(WithAnn);
        var buckets = await third.CreateClient("ann", "ann-secret").ListBucketsAsync(Token);
        buckets.Buckets.Select(bucket => bucket.BucketName).ShouldBe(["anns"]);
    }

    [Fact]
    public async Task An_entry_with_an_account_is_a_user_without_rights()
    {
        await using var server = await StartAsync(options => options.AddUser("ann", "ann-secret").AddUser("eve", "eve-secret", account: "ann"));
        await server.CreateClient("ann", "ann-secret").PutBucketAsync("anns", Token);
        using var eve = server.CreateClient("eve", "eve-secret");
        (await Should.ThrowAsync<AmazonS3Exception>(() => eve.ListBucketsAsync(Token))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await Should.ThrowAsync<AmazonS3Exception>(() => eve.PutObjectAsync(new() { BucketName = "anns", Key = "a", ContentBody = "x" }, Token)))
            .StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Configured_buckets_are_there_and_the_roots()
    {
        await using (await StartAsync(options => options.Set("server.buckets", "first-one,second-one")))
        {
        }

        await using var again = await StartAsync(options => options.Set("server.buckets", "first-one,second-one"));
        var buckets = await again.Client.ListBucketsAsync(Token);
        buckets.Buckets.Select(bucket => bucket.BucketName).ShouldBe(["first-one", "second-one"]);
        buckets.Owner.Id.ShouldBe("bleepstore");
    }

    [Fact]
    public async Task No_secret_stands_on_the_disk_in_the_clear()
    {
        await using (await StartAsync(options => options.AddUser("ann", "ann-very-secret")))
        {
        }

        foreach (var path in Directory.EnumerateFiles(_directory, "*", SearchOption.AllDirectories).Where(path => new FileInfo(path).Length < 1 << 24))
        {
            var bytes = await File.ReadAllBytesAsync(path, Token);
            bytes.AsSpan().IndexOf("ann-very-secret"u8).ShouldBe(-1, path);
            bytes.AsSpan().IndexOf("bleepstore-secret"u8).ShouldBe(-1, path);
        }

        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Path.Combine(_directory, "root.key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task A_start_that_changes_nothing_writes_no_credentials()
    {
        await using (await StartAsync())
        {
        }

        CredentialRecord? before;
        await using (var second = await StartAsync())
        {
            before = await second.Services.GetRequiredService<IMetadataStore>().FindCredentialAsync("bleepstore", Token);
        }

        await using var third = await StartAsync();
        var after = await third.Services.GetRequiredService<IMetadataStore>().FindCredentialAsync("bleepstore", Token);
        after!.WrappedSecret.ToArray().ShouldBe(before!.WrappedSecret.ToArray());
    }

    private Task<TestServer> StartAsync(Action<TestServerOptions>? configure = null) => TestServer.StartAsync(options =>
    {
        options.DataDirectory = _directory;
        configure?.Invoke(options);
    });
}
