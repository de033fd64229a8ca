using BleepStore.Api.Auth;
using BleepStore.Api.Configuration;
using Microsoft.Extensions.Logging;

namespace BleepStore.Tests.Configuration;

/// <summary>
/// What a user writes into a file, a variable or a flag takes effect, or the start stops with a line that says what is wrong.
/// </summary>
public sealed class ConfigurationLoaderTests
{
    [Theory]
    [InlineData("server: {port: abc}", "server.port = abc (F:1): must be a port number from 0 (any free one) to 65535.")]
    [InlineData("server: {port: 65536}", "server.port = 65536 (F:1): must be a port number from 0 (any free one) to 65535.")]
    [InlineData("encryption: {default: yes}", "encryption.default = yes (F:1): must be none or sse-s3.")]
    [InlineData("encryption: {kms: {keys: [{id: a, material: c2hvcnQ=}]}}", "encryption.kms.keys.0.material (F:1): must be 32 bytes in base64.")]
    [InlineData("encryption: {kms: {keys: [{material: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=}]}}", "encryption.kms.keys.0.id: must be set.")]
    [InlineData("encryption: {kms: {keys: [{id: a, material: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=}, {id: key/a, material: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=}]}}",
        "encryption.kms.keys.1.id = key/a (F:1): names a key that stands above already.")]
    [InlineData("server: {port: -1}", "server.port = -1 (F:1): must be a port number from 0 (any free one) to 65535.")]
    [InlineData("server:\n  prot: 9000", "server.prot (F:2) is not a known key; did you mean server.port?")]
    [InlineData("auth: {region: x-1}", "auth.region (F:1) is not a known key; did you mean server.region?")]
    [InlineData("something_else: 1", "something_else (F:1) is not a known key.")]
    [InlineData("server: 9000", "server (F:1) is a section with keys of its own, not a value.")]
    [InlineData("server: {admin_port: none}", "server.admin_port = none (F:1): must be a port number from 0 (any free one) to 65535, or off.")]
    [InlineData("server: {admin_port: 9000}", "server.admin_port = 9000 (F:1): must differ from server.port, or be off.")]
    [InlineData("server: {region: 'eu west'}", "server.region = eu west (F:1): must be a region name of letters, digits and hyphens.")]
    [InlineData("server: {buckets: [ok-bucket, Bad]}", "server.buckets = Bad: each must be a bucket name: 3 to 63 lower-case letters, digits, hyphens and dots.")]
    [InlineData("server: {shutdown_timeout: soon}",
        "server.shutdown_timeout = soon (F:1): must be a duration such as 500ms, 10s, 15m, 12h or 7d, or a number of seconds.")]
    [InlineData("limits: {upload_lease: 7}", "limits.upload_lease = 7 (F:1): must be a duration such as 500ms, 10s, 15m, 12h or 7d.")]
    [InlineData("server: {max_object_size: 6GiB}",
        "server.max_object_size = 6GiB (F:1): must be a size from 1 to 5GiB, such as 1048576, 64MiB or 5GB.")]
    [InlineData("storage: {min_free: much}", "storage.min_free = much (F:1): must be a number of bytes such as 1073741824, 64MiB or 5GB.")]
    [InlineData("observability: {metrics: maybe}", "observability.metrics = maybe (F:1): must be true or false.")]
    [InlineData("logging: {format: xml}", "logging.format = xml (F:1): must be text or json.")]
    [InlineData("auth: {signature_v2: always}", "auth.signature_v2 = always (F:1): must be presigned or all or off.")]
    [InlineData("auth: {access_key: 'a/b'}", "auth.access_key = a/b (F:1): must be 3 to 128 letters, digits and the characters . _ - @ + =.")]
    [InlineData("auth: {secret_key: short}", "auth.secret_key (F:1): must be 8 to 256 visible ASCII characters.")]
    [InlineData("server: {admin_token: short}", "server.admin_token (F:1): must be at least 16 visible ASCII characters.")]
    [InlineData("server: {tls: {cert: a.pem}}", "server.tls.cert = a.pem (F:1): needs server.tls.key as well.")]
    [InlineData("metadata: {engine: dynamodb}",
        "metadata.engine = dynamodb (F:1): must be sqlite or memory (not available in this release: local, dynamodb, firestore, cosmos, raft).")]
    [InlineData("storage: {backend: aws}",
        "storage.backend = aws (F:1): must be local or memory (not available in this release: sqlite, aws, gcp, azure).")]
    [InlineData("cluster: {enabled: true}", "cluster.enabled = true (F:1): not available in this release; leave it out or set it to false or no or off or 0.")]
    [InlineData("queue: {enabled: true}", "queue.enabled = true (F:1): not available in this release; leave it out or set it to false or no or off or 0.")]
    [InlineData("auth: {users: [{secret_key: longenough}]}", "auth.users.0.access_key: must be set.")]
    [InlineData("auth: {users: [{access_key: bleepstore, secret_key: longenough}]}",
        "auth.users.0.access_key = bleepstore (F:1): is used twice; each access key must be unique.")]
    [InlineData("auth: {users: [{access_key: ann, secret_key: longenough, account: nobody}]}",
        "auth.users.0.account = nobody (F:1): must be the id of an account of this file, such as bleepstore.")]
    [InlineData("auth: {users: [{access_key: ann, secret_key: longenough, mail: x}]}",
        "auth.users.0.mail (F:1) is not a known key; did you mean auth.users[].email?")]
    [InlineData("encryption: {kms: {kye: []}}", "encryption.kms.kye (F:1) is not a known key; did you mean encryption.kms.keys?")]
    [InlineData("encryption: {kms: {key: []}}", "encryption.kms.key (F:1) is not a known key; did you mean encryption.kms.keys?")]
    [InlineData("encryption: {kmz: {}}", "encryption.kmz (F:1) is not a known key.")]
    [InlineData("server:\n  prot:", "server.prot (F:2) is not a known key; did you mean server.port?")]
    [InlineData("auth: {user: [{access_key: ann}]}", "auth.user.0.access_key (F:1) is not a known key; did you mean auth.users?")]
    [InlineData("encryption: {kms: {key: [{id: a}]}}", "encryption.kms.key.0.id (F:1) is not a known key; did you mean encryption.kms.keys?")]
    [InlineData("auth: {users: [{access_key: ann, secret_key: longenough, account: bleepstore, policy: ['{}']}]}",
        "auth.users.0.policy.0 (F:1) is not a known key; did you mean auth.users[].policies[]?")]
    [InlineData("encryption: {kms: {keys: a}}", "encryption.kms.keys (F:1) is a list: give each entry a line of its own that begins with a hyphen.")]
    [InlineData("server: {website_domain: [a.b]}", "server.website_domain.0 (F:1) is not a known key; did you mean server.website_domains?")]
    [InlineData("lifecycle: {dai: 5s}", "lifecycle.dai (F:1) is not a known key; did you mean lifecycle.day?")]
    [InlineData("auth: {users: [{access_key: ann, secret_key: longenough, account: bleepstore, policies: '{}'}]}",
        "auth.users.0.policies (F:1) is a list: give each entry a line of its own that begins with a hyphen.")]
    [InlineData("auth: {users: [{access_key: ann, secret_key: longenough, account: bleepstore, policies: ['{\"Statement\":{\"Efect\":\"Allow\"}}']}]}",
        "auth.users.0.policies.0 = {\"Statement\":{\"Efect\":\"Allow\"}} (F:1): must be a policy in JSON, or the name of a file with one. "
        + "Syntax errors in policy. Unknown field Efect")]
    [InlineData("auth: {users: [{access_key: ann, secret_key: longenough, account: bleepstore, policies: ['arn:aws:iam::aws:policy/IAMFullAccess']}]}",
        "auth.users.0.policies.0 = arn:aws:iam::aws:policy/IAMFullAccess (F:1): must be a policy in JSON, or the name of a file with one. "
        + "A managed policy is attached to a user of a running server: bleepstore user policy attach.")]
    [InlineData("server: {host: 0.0.0.0}",
        "server.host = 0.0.0.0 (F:1): the well-known default credentials are accepted on loopback only; set auth.access_key and auth.secret_key "
        + "(BLEEPSTORE__AUTH__ACCESS_KEY, BLEEPSTORE__AUTH__SECRET_KEY), or auth.allow_default_credentials: true.")]
    public void A_wrong_file_stops_the_start_with_one_clear_line(string yaml, string line)
    {
        using var file = new TemporaryFile(yaml);
        var lines = Should.Throw<ConfigurationException>(() => Load(file.Path)).Lines;
        lines.ShouldBe([line.Replace("(F:", $"({Path.GetFileName(file.Path)}:", StringComparison.Ordinal)]);
    }

    [Fact]
    public void Every_fault_has_its_own_line_and_none_shows_a_secret()
    {
        using var file = new TemporaryFile("server: {port: x, hots: y}\nauth: {secret_key: 'sec ret'}");
        var exception = Should.Throw<ConfigurationException>(() => Load(file.Path));
        exception.Lines.Length.ShouldBe(3);
        exception.Message.ShouldNotContain("sec ret");
    }

    [Theory]
    [InlineData("a: [1", "this is not YAML")]
    [InlineData("server: {port: 1, port: 2}", "this is not YAML")]
    [InlineData("server: {port: 1, PORT: 2}", "is given twice")]
    [InlineData("just text", "must hold sections")]
    public void A_file_that_is_no_configuration_is_refused_with_its_line(string yaml, string reason)
    {
        using var file = new TemporaryFile(yaml);
        var line = Should.Throw<ConfigurationException>(() => Load(file.Path)).Lines.ShouldHaveSingleItem();
        line.ShouldStartWith(file.Path);
        line.ShouldContain(reason);
    }

    [Fact]
    public void A_named_file_must_exist()
        => Should.Throw<ConfigurationException>(() => Load("/nowhere/at-all.yaml")).Lines.ShouldBe(["--config = /nowhere/at-all.yaml: there is no such file."]);

    [Fact]
    public void Without_anything_the_documented_defaults_hold()
    {
        var options = Load(file: null);
        options.Server.ShouldSatisfyAllConditions(
            server => server.Host.ShouldBe("127.0.0.1"),
            server => server.Port.ShouldBe(9000),
            server => server.Region.ShouldBe("us-east-1"),
            server => server.AdminPort.ShouldBe(9001),
            server => server.MaxObjectSize.ShouldBe(5L << 30),
            server => server.ShutdownTimeout.ShouldBe(TimeSpan.FromSeconds(30)),
            server => server.DrainDelay.ShouldBe(TimeSpan.Zero));
        options.Auth.AccessKey.ShouldBe("bleepstore");
        options.Auth.SecretKey.ShouldBe("bleepstore-secret");
        options.Auth.SignatureV2.ShouldBe(SignatureV2Mode.Presigned);
        options.Metadata.SqlitePath.ShouldBe("./data/metadata.db");
        options.Storage.LocalRoot.ShouldBe("./data/objects");
        options.Limits.UploadLease.ShouldBe(TimeSpan.FromDays(7));
        options.RootKeyPath.ShouldBe(Path.GetFullPath("./data/root.key"));
        options.Logging.Level.ShouldBe(LogLevel.Information);
    }

    [Fact]
    public void A_file_with_the_keys_of_other_capabilities_switched_off_works()
    {
        const string yaml = """
            server:
              host: "127.0.0.1"
              port: 9010
              region: "eu-central-1"
              domains: [s3.example.com, other.example]
              admin_port: off
            auth:
              access_key: "somebody"
              secret_key: "something-secret"
            metadata:
              engine: "sqlite"
              sqlite:
                path: "./data/metadata.db"
              dynamodb:
                table: bleepstore-metadata
                region: us-east-1
              firestore:
                collection: bleepstore-metadata
              cosmos: {database: bleepstore, container: metadata}
            storage:
              backend: "local"
              local:
                root_dir: "./data/objects"
              aws: {bucket: upstream, prefix: ""}
              memory: {max_size_bytes: 1048576, persistence: none, snapshot_interval_seconds: 300}
            cluster:
              enabled: false
              node_id: "node-1"
              bind_addr: "0.0.0.0:7000"
              peers:
                - {id: node-2, addr: "10.0.0.2:7000"}
            queue:
              enabled: false
              type: redis
            observability:
              metrics: true
              health_check: yes
            """;
        using var file = new TemporaryFile(yaml);
        var options = Load(file.Path);
        options.Server.Port.ShouldBe(9010);
        options.Server.Domains.ShouldBe(["s3.example.com", "other.example"]);
        options.Server.AdminPort.ShouldBeNull();
        options.Auth.AccessKey.ShouldBe("somebody");
        options.Storage.MemoryMaxSize.ShouldBe(1 << 20);
        options.Observability.HealthCheck.ShouldBeTrue();
    }

    [Fact]
    public void A_flag_wins_over_a_variable_over_the_file_over_the_addresses_of_the_platform()
    {
        using var file = new TemporaryFile("server: {port: 3}");
        var platform = new Dictionary<string, string> { ["ASPNETCORE_URLS"] = "http://127.0.0.1:4;http://127.0.0.1:5" };
        var variables = new Dictionary<string, string>(platform) { ["BLEEPSTORE__SERVER__PORT"] = "2" };
        var flags = new Dictionary<string, SourcedValue> { ["server:port"] = new("1", "--port") };

        ConfigurationLoader.Load(file.Path, variables, flags).Server.Port.ShouldBe(1);
        Load(file.Path, variables).Server.Port.ShouldBe(2);
        Load(file.Path, platform).Server.Port.ShouldBe(3);
        Load(file: null, platform).Server.Port.ShouldBe(4);
        Load(file: null).Server.Port.ShouldBe(9000);
    }

    [Theory]
    [InlineData("ASPNETCORE_URLS", "http://+:81")]
    [InlineData("ASPNETCORE_URLS", "http://*:81")]
    [InlineData("HTTP_PORTS", "81;82")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "81")]
    public void Addresses_of_the_platform_on_all_interfaces_need_credentials(string variable, string value)
    {
        var variables = new Dictionary<string, string> { [variable] = value };
        Should.Throw<ConfigurationException>(() => Load(file: null, variables)).Message.ShouldContain($"({variable}): the well-known default credentials");
        variables["BLEEPSTORE__AUTH__SECRET_KEY"] = "another-secret";
        Load(file: null, variables).Server.Port.ShouldBe(81);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.8.8.8", true)]
    [InlineData("::1", true)]
    [InlineData("localhost", true)]
    [InlineData("*", false)]
    [InlineData("::", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("no-such-host.invalid", false)]
    public void Default_credentials_are_for_loopback_only(string host, bool accepted)
    {
        var variables = new Dictionary<string, string> { ["BLEEPSTORE__SERVER__HOST"] = host };
        Func<BleepStoreOptions> load = () => Load(file: null, variables);
        if (accepted)
        {
            load().Server.Host.ShouldBe(host);
            return;
        }

        Should.Throw<ConfigurationException>(load);
        variables["BLEEPSTORE__AUTH__ALLOW_DEFAULT_CREDENTIALS"] = "true";
        load().Server.Host.ShouldBe(host);
    }

    [Fact]
    public void The_admin_listener_is_as_strict_as_the_other()
    {
        var variables = new Dictionary<string, string> { ["BLEEPSTORE__SERVER__ADMIN_HOST"] = "0.0.0.0" };
        Should.Throw<ConfigurationException>(() => Load(file: null, variables)).Message.ShouldStartWith("server.admin_host = 0.0.0.0 (BLEEPSTORE__");
        variables["BLEEPSTORE__SERVER__ADMIN_PORT"] = "off";
        Load(file: null, variables).Server.AdminPort.ShouldBeNull();
    }

    [Fact]
    public void Variables_set_lists_by_index_and_whatever_their_case()
    {
        var options = Load(file: null, new()
        {
            ["bleepstore__auth__users__0__access_key"] = "ann",
            ["BLEEPSTORE__AUTH__USERS__0__SECRET_KEY"] = "ann-secret",
            ["BLEEPSTORE__AUTH__USERS__1__ACCESS_KEY"] = "bob",
            ["BLEEPSTORE__AUTH__USERS__1__SECRET_KEY"] = "bob-secret",
            ["BLEEPSTORE__AUTH__USERS__1__ACCOUNT"] = "ann",
            ["BLEEPSTORE__SERVER__BUCKETS"] = "one-bucket, two-bucket",
            ["BLEEPSTORE__SERVER__REGION"] = "",
            ["BLEEPSTORE_ROOT_KEY"] = "not a key of the configuration",
        });
        options.Auth.Users.Select(user => (user.AccessKey, user.Id, user.DisplayName, user.Account)).ShouldBe([("ann", "ann", "ann", null), ("bob", "bob", "bob", "ann")]);
        options.Server.Buckets.ShouldBe(["one-bucket", "two-bucket"]);
        options.Server.Region.ShouldBe("us-east-1");
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("500ms", 0.5)]
    [InlineData("10s", 10)]
    [InlineData("15m", 900)]
    [InlineData("12 h", 43_200)]
    [InlineData("7d", 604_800)]
    public void Durations_have_units(string text, double seconds)
    {
        Durations.TryParse(text, out var value).ShouldBeTrue();
        value.ShouldBe(TimeSpan.FromSeconds(seconds));
        Durations.TryParse(Durations.Format(value), out var again).ShouldBeTrue();
        again.ShouldBe(value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("-1s")]
    [InlineData("1.5h")]
    [InlineData("s")]
    [InlineData("99999999999999999999d")]
    [InlineData("1000000d")]
    public void What_is_no_duration_is_refused(string text) => Durations.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1048576", 1 << 20)]
    [InlineData("64MiB", 64L << 20)]
    [InlineData("5 GB", 5_000_000_000)]
    [InlineData("1kib", 1024)]
    [InlineData("12B", 12)]
    public void Sizes_may_have_units(string text, long bytes)
    {
        ByteSizes.TryParse(text, out var value).ShouldBeTrue();
        value.ShouldBe(bytes);
        ByteSizes.TryParse(ByteSizes.Format(value), out var again).ShouldBeTrue();
        again.ShouldBe(bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MiB")]
    [InlineData("-1")]
    [InlineData("1.5GB")]
    [InlineData("9223372036854775808")]
    [InlineData("99999999TiB")]
    public void What_is_no_size_is_refused(string text) => ByteSizes.TryParse(text, out _).ShouldBeFalse();

    private static BleepStoreOptions Load(string? file, Dictionary<string, string>? variables = null)
        => ConfigurationLoader.Load(file, variables ?? [], new Dictionary<string, SourcedValue>());
}
