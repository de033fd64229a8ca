using System.Text;
using BleepStore.Api.Auth;

namespace BleepStore.Tests.Auth;

/// <summary>The root key: made once, private, and nothing that it wrapped opens under another key, in another place, or changed.</summary>
public sealed class RootKeyTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bleepstore-root-key-");

    private string KeyFile => Path.Combine(_directory.FullName, "root.key");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void A_new_store_gets_a_key_file_that_only_its_owner_reads()
    {
        var key = RootKeyFile.Open(KeyFile, fromEnvironment: null, mayCreate: true);
        var text = File.ReadAllText(KeyFile);
        text.ShouldMatch("^[0-9a-f]{64}\n$");
        text.ShouldBe(key.ToHex() + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(KeyFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        _directory.GetFiles().Length.ShouldBe(1);
    }

    [Fact]
    public void The_next_start_reads_the_same_key()
    {
        var wrapped = RootKeyFile.Open(KeyFile, fromEnvironment: null, mayCreate: true).Wrap("secret"u8, "credential/AKID");
        var next = RootKeyFile.Open(KeyFile, fromEnvironment: "", mayCreate: false);
        Encoding.UTF8.GetString(next.Unwrap(wrapped, "credential/AKID")).ShouldBe("secret");
    }

    [Fact]
    public void Two_stores_get_two_keys() => RootKey.Generate().ToHex().ShouldNotBe(RootKey.Generate().ToHex());

    [Fact]
    public void The_environment_wins_and_leaves_no_file()
    {
        var hex = RootKey.Generate().ToHex();
        RootKeyFile.Open(KeyFile, hex.ToUpperInvariant(), mayCreate: true).ToHex().ShouldBe(hex);
        File.Exists(KeyFile).ShouldBeFalse();
    }

    [Fact]
    public void A_store_with_wrapped_secrets_and_no_key_does_not_start()
    {
        var error = Should.Throw<RootKeyException>(() => RootKeyFile.Open(KeyFile, fromEnvironment: null, mayCreate: false));
        error.Message.ShouldContain(KeyFile);
        error.Message.ShouldContain("BLEEPSTORE_ROOT_KEY");
        File.Exists(KeyFile).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("zz00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("00000000000000000000000000000000 0000000000000000000000000000000")]
    public void A_key_file_that_is_damaged_stops_the_start_and_is_left_alone(string content)
    {
        File.WriteAllText(KeyFile, content);
        var error = Should.Throw<RootKeyException>(() => RootKeyFile.Open(KeyFile, fromEnvironment: null, mayCreate: true));
        error.Message.ShouldContain(KeyFile);
        if (content.Length > 0)
        {
            error.Message.ShouldNotContain(content);
        }

        File.ReadAllText(KeyFile).ShouldBe(content);
    }

    [Fact]
    public void A_malformed_environment_variable_stops_the_start_and_is_not_repeated()
    {
        var error = Should.Throw<RootKeyException>(() => RootKeyFile.Open(KeyFile, "hunter2", mayCreate: true));
        error.Message.ShouldContain("BLEEPSTORE_ROOT_KEY");
        error.Message.ShouldNotContain("hunter2");
    }

    [Fact]
    public void What_a_crash_left_unfinished_is_replaced()
    {
        File.WriteAllText(KeyFile + ".new", "0123");
        RootKeyFile.Open(KeyFile, fromEnvironment: null, mayCreate: true);
        _directory.GetFiles().Select(file => file.Name).ShouldBe(["root.key"]);
    }

    [Fact]
    public void A_symbolic_link_where_the_file_is_made_is_not_followed()
    {
        var target = Path.Combine(_directory.FullName, "victim");
        File.WriteAllText(target, "precious");
        File.CreateSymbolicLink(KeyFile + ".new", target);
        RootKeyFile.Open(KeyFile, fromEnvironment: null, mayCreate: true);
        File.ReadAllText(target).ShouldBe("precious");
    }

    [Fact]
    public void A_directory_that_is_missing_stops_the_start_with_a_sentence()
        => Should.Throw<RootKeyException>(
                () => RootKeyFile.Open(Path.Combine(_directory.FullName, "none", "root.key"), fromEnvironment: null, mayCreate: true))
            .Message.ShouldContain("cannot be made");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(100_000)]
    public void Secrets_of_any_size_come_back(int size)
    {
        var key = RootKey.Generate();
        var secret = Enumerable.Range(0, size).Select(i => (byte)i).ToArray();
        key.Unwrap(key.Wrap(secret, "a"), "a").ShouldBe(secret);
    }

    [Fact]
    public void The_same_secret_never_looks_the_same()
    {
        var key = RootKey.Generate();
        key.Wrap("secret"u8, "a").ShouldNotBe(key.Wrap("secret"u8, "a"));
    }

    [Fact]
    public void Another_key_is_named_instead_of_failing_darkly()
    {
        var (first, second) = (RootKey.Generate(), RootKey.Generate());
        var error = Should.Throw<RootKeyException>(() => second.Unwrap(first.Wrap("secret"u8, "a"), "a"));
        error.Message.ShouldContain(first.Id);
        error.Message.ShouldContain(second.Id);
    }

    [Fact]
    public void Every_changed_byte_is_noticed()
    {
        var key = RootKey.Generate();
        var wrapped = key.Wrap("secret"u8, "a");
        for (var i = 0; i < wrapped.Length; i++)
        {
            var changed = wrapped.ToArray();
            changed[i] ^= 1;
            Should.Throw<RootKeyException>(() => key.Unwrap(changed, "a"), $"byte {i}");
        }
    }

    [Fact]
    public void Every_shortened_form_is_noticed()
    {
        var key = RootKey.Generate();
        var wrapped = key.Wrap("secret"u8, "a");
        for (var length = 0; length < wrapped.Length; length++)
        {
            Should.Throw<RootKeyException>(() => key.Unwrap(wrapped.AsSpan(0, length), "a"), $"length {length}");
        }
    }

    [Fact]
    public void A_secret_moved_to_another_place_does_not_open()
    {
        var key = RootKey.Generate();
        var wrapped = key.Wrap("secret"u8, "credential/alice");
        Should.Throw<RootKeyException>(() => key.Unwrap(wrapped, "credential/bob")).Message.ShouldContain("belongs to something else");
    }

    [Fact]
    public void The_text_form_of_a_key_tells_nothing() => $"{RootKey.Generate()}".ShouldMatch("^root key [0-9a-f]{8}$");
}
