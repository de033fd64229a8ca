using System.IO.Compression;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Listing;
using BleepStore.Metadata.Records;
using BleepStore.Metadata.Sqlite;
using BleepStore.Tests.Repository;

namespace BleepStore.Tests.Metadata;

/// <summary>What is SQLite's alone: files, their owner, their format, and what survives a restart.</summary>
public sealed class SqliteMetadataStoreTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_is_there_after_a_restart()
    {
        await using var bed = await new SqliteTestBed().WithBucketAsync();
        await bed.PutAsync("key", inlineBytes: 100);
        await bed.PutAsync("key");
        var before = await Describe.StoreAsync(bed.Store, Cancellation);
        var (id, sequence) = (bed.Store.StoreId, bed.Store.PublishedSequence);
        var order = (await bed.Store.FindObjectAsync(bed.BucketId, "key", Cancellation))!.Order;

        await bed.ReopenAsync();

        (await Describe.StoreAsync(bed.Store, Cancellation)).ShouldBe(before);
        (bed.Store.StoreId, bed.Store.PublishedSequence).ShouldBe((id, sequence));
        (await bed.PutAsync("key")).Order.ShouldBe(order + 1, "the clock of the command stands far in the past");
    }

    [Fact]
    public async Task A_killed_process_s_journal_is_read_by_the_next()
    {
        await using var bed = await new SqliteTestBed().WithBucketAsync();
        await bed.PutAsync("key");
        using var copy = new TemporaryDirectory();
        foreach (var name in new[] { "metadata.db", "metadata.db-wal" })
        {
            await CopyAsync(bed.File(name), Path.Combine(copy.Path, name));
        }

        await using var second = new SqliteMetadataStore(new SqliteMetadataOptions { Path = copy.Path, ReserveBytes = 0 });

        (await Describe.StoreAsync(second, Cancellation)).ShouldBe(await Describe.StoreAsync(bed.Store, Cancellation));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_store_opened_for_reading_alone_shows_everything_and_takes_no_command(bool wasKilled)
    {
        await using var bed = await new SqliteTestBed().WithBucketAsync();
        await bed.PutAsync("key", inlineBytes: 100);
        var before = await Describe.StoreAsync(bed.Store, Cancellation);
        var sequence = bed.Store.PublishedSequence;
        // A name that a URI would take apart.
        using var parent = new TemporaryDirectory();
        var copy = Directory.CreateDirectory(Path.Combine(parent.Path, "100% #1?x=y é")).FullName;
        if (!wasKilled)
        {
            await bed.Store.DisposeAsync();
        }

        foreach (var name in wasKilled ? new[] { "metadata.db", "metadata.db-wal" } : ["metadata.db"])
        {
            await CopyAsync(bed.File(name), Path.Combine(copy, name));
        }

        var options = new SqliteMetadataOptions { Path = copy, IsReadOnly = true };
        await using (var store = new SqliteMetadataStore(options))
        {
            (await Describe.StoreAsync(store, Cancellation)).ShouldBe(before);
            (store.StoreId, store.PublishedSequence).ShouldBe((bed.Store.StoreId, sequence));
            await store.CheckHealthAsync(Cancellation);
            var command = new StartBoot { Time = DateTimeOffset.UnixEpoch, Node = 0, RootHighestBoot = 0 };
            (await Should.ThrowAsync<MetadataUnavailableException>(() => store.ExecuteAsync(command, Cancellation).AsTask())).OutcomeUnknown.ShouldBeFalse();
            Should.Throw<MetadataUnavailableException>(() => new SqliteMetadataStore(options));
        }

        File.Exists(Path.Combine(copy, "reserve")).ShouldBeFalse();
        File.Exists(Path.Combine(copy, "metadata.db-wal")).ShouldBe(wasKilled);
    }

    [Fact]
    public void What_is_no_database_of_ours_is_not_made_one_by_reading()
    {
        using var directory = new TemporaryDirectory();
        var options = new SqliteMetadataOptions { Path = directory.Path, IsReadOnly = true };
        Should.Throw<MetadataUnavailableException>(() => new SqliteMetadataStore(options));
        File.Exists(Path.Combine(directory.Path, "metadata.db")).ShouldBeFalse();
        File.WriteAllBytes(Path.Combine(directory.Path, "metadata.db"), []);
        Should.Throw<MetadataFormatException>(() => new SqliteMetadataStore(options)).Message.ShouldContain("another application");
        File.WriteAllText(Path.Combine(directory.Path, "metadata.db"), new string('x', 5000));
        Should.Throw<MetadataFormatException>(() => new SqliteMetadataStore(options)).Message.ShouldContain("is not a database");
    }

    [Fact]
    public async Task A_second_opener_is_refused_and_told_who_holds_the_directory()
    {
        await using var bed = new SqliteTestBed();

        Should.Throw<MetadataUnavailableException>(bed.Open).Message.ShouldContain($"in use by process {Environment.ProcessId}");

        await bed.ReopenAsync();
    }

    [Fact]
    public async Task Only_the_owner_may_read_the_files()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Unix modes.");
            return;
        }

        await using var bed = await new SqliteTestBed(options => options with { ReserveBytes = 65536 }).WithBucketAsync();

        File.GetUnixFileMode(bed.Options.Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in Directory.GetFiles(bed.Options.Path))
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
        }
    }

    [Theory]
    [InlineData("PRAGMA user_version=99; UPDATE meta SET release='9.8.7'", "metadata format 99, which release 9.8.7 wrote")]
    [InlineData("PRAGMA user_version=99; DROP TABLE meta", "which release unknown wrote")]
    [InlineData("PRAGMA application_id=77", "database of another application")]
    public async Task A_newer_or_foreign_file_is_refused(string change, string message)
    {
        await using var bed = new SqliteTestBed();
        await bed.Store.DisposeAsync();
        using (var database = SqliteDatabase.Open(bed.File("metadata.db"), TimeSpan.Zero))
        {
            database.Execute(change);
        }

        Should.Throw<MetadataFormatException>(bed.Open).Message.ShouldContain(message);
    }

    [Fact]
    public async Task A_file_of_the_first_format_opens_with_all_it_holds_and_takes_identities()
    {
        using var directory = new TemporaryDirectory();
        await WriteFirstFormatAsync(Path.Combine(directory.Path, "metadata.db"));
        var options = new SqliteMetadataOptions { Path = directory.Path, ReserveBytes = 0 };
        await using (var store = new SqliteMetadataStore(options with { IsReadOnly = true }))
        {
            (await store.FindBucketAsync("bucket", Cancellation)).ShouldNotBeNull("reading alone changes nothing");
        }

        for (var start = 0; start < 2; start++)
        {
            await using var store = new SqliteMetadataStore(options);
            var bucket = (await store.FindBucketAsync("bucket", Cancellation))!;
            (await store.FindObjectAsync(bucket.BucketId, "key", Cancellation))!.Size.ShouldBe(4);
            (await store.ListCredentialsAsync(null, 10, Cancellation)).Select(key => key.AccessKey).ShouldBe(["alicekey", "otherkey", "rootkey"]);
            var alice = (await store.FindCredentialAsync("alicekey", Cancellation))!;
            await store.ExecuteAsync(new PutCredential { Time = DateTimeOffset.UnixEpoch, Credential = alice }, Cancellation);
            (await store.FindIdentityAsync("rootkey", IdentityKind.User, "alice", Cancellation))!.AccessKeys.ShouldBe(["alicekey"]);
        }

        using var database = SqliteDatabase.Open(Path.Combine(directory.Path, "metadata.db"), TimeSpan.Zero);
        database.QueryInt64("PRAGMA user_version").ShouldBe(SqliteSchema.Format);
    }

    [Fact]
    public async Task An_old_file_and_a_new_one_have_the_same_tables()
    {
        using var directory = new TemporaryDirectory();
        await WriteFirstFormatAsync(Path.Combine(directory.Path, "old.db"));
        var schemas = new List<string>();
        foreach (var name in new[] { "old.db", "new.db" })
        {
            await using (new SqliteMetadataStore(new SqliteMetadataOptions { Path = directory.Path, FileName = name, ReserveBytes = 0 }))
            {
            }

            using var database = SqliteDatabase.Open(Path.Combine(directory.Path, name), TimeSpan.Zero);
            using var statement = new SqliteStatement(database, "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_master ORDER BY name)");
            schemas.Add(statement.First(row => row.Text(0))!);
        }

        schemas[0].ShouldBe(schemas[1]);
        schemas[0].ShouldContain("CREATE TABLE identities");
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_and_left_alone()
    {
        await using var bed = new SqliteTestBed();
        await bed.Store.DisposeAsync();
        var bytes = Enumerable.Repeat((byte)'x', 8192).ToArray();
        await File.WriteAllBytesAsync(bed.File("metadata.db"), bytes, Cancellation);

        Should.Throw<MetadataFormatException>(bed.Open).Message.ShouldContain("is not a database");
        (await File.ReadAllBytesAsync(bed.File("metadata.db"), Cancellation)).ShouldBe(bytes);
    }

    [Fact]
    public async Task The_database_is_durable_by_its_own_words()
    {
        await using var bed = await new SqliteTestBed().WithBucketAsync();
        using var database = SqliteDatabase.Open(bed.File("metadata.db"), TimeSpan.FromSeconds(1));

        database.QueryInt64("PRAGMA auto_vacuum").ShouldBe(2, "incremental");
        database.QueryInt64("PRAGMA user_version").ShouldBe(SqliteSchema.Format);
        File.Exists(bed.File("metadata.db-wal")).ShouldBeTrue();
        SqliteMetadataStore.LibraryVersion.ShouldMatch(@"^3\.\d+\.\d+ \((system|bundled)\)$");
    }

    [Fact]
    public async Task The_journal_stays_near_its_soft_limit_while_readers_read()
    {
        const long SoftLimit = 256 * 1024;
        await using var bed = await new SqliteTestBed(options => options with { JournalSoftLimitBytes = SoftLimit }).WithBucketAsync();
        for (var round = 0; round < 60; round++)
        {
            var puts = Enumerable.Range(0, 32).Select(number => bed.PutAsync($"key-{round}-{number}", inlineBytes: 2000)).ToList();
            var page = await bed.Store.ListObjectsAsync(bed.BucketId, new ListQuery("", "", null, 1000), Cancellation);
            page.Objects.Length.ShouldBeInRange(Math.Min(1000, 32 * round), 1000);
            await Task.WhenAll(puts);
        }

        new FileInfo(bed.File("metadata.db")).Length.ShouldBeGreaterThan(2 * SoftLimit);
        new FileInfo(bed.File("metadata.db-wal")).Length.ShouldBeLessThan(8 * SoftLimit);
    }

    [Fact]
    public async Task A_closed_store_says_so()
    {
        var bed = await new SqliteTestBed().WithBucketAsync();
        await bed.DisposeAsync();

        (await Should.ThrowAsync<MetadataUnavailableException>(() => bed.PutAsync("key"))).OutcomeUnknown.ShouldBeFalse();
        await Should.ThrowAsync<MetadataUnavailableException>(async () => await bed.Store.CheckHealthAsync(Cancellation));
    }

    /// <summary>A file that release 0.1.0 wrote: three access keys, a bucket, an object.</summary>
    private static async Task WriteFirstFormatAsync(string path)
    {
        await using var packed = File.OpenRead(RepositoryFiles.Absolute("BleepStore.Tests/Golden/metadata-format-1.db.gz"));
        await using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        await using var file = File.Create(path);
        await unpacked.CopyToAsync(file, Cancellation);
    }

    private static async Task CopyAsync(string from, string to)
    {
        await using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        await using var target = File.Create(to);
        await source.CopyToAsync(target, Cancellation);
    }
}
