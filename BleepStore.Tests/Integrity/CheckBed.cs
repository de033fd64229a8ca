using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.S3;
using Amazon.S3.Model;
using BleepStore.Api.CommandLine;
using BleepStore.Metadata.Sqlite;
using BleepStore.Storage;
using BleepStore.Tests.Api;
using BleepStore.Tests.Hosting;

namespace BleepStore.Tests.Integrity;

/// <summary>A store directory that servers fill, tests damage, and the commands check as a user runs them.</summary>
internal sealed class CheckBed : IDisposable
{
    public const string Bucket = "photos";

    /// <summary>Large enough to be a file of its own whatever small blobs share.</summary>
    public const int BlobBytes = (5 * 64 * 1024) + 100;

    private readonly string _directory = Directory.CreateTempSubdirectory("bleepstore-check-").FullName;

    public string Data => Path.Combine(_directory, "data");

    public string Objects => Path.Combine(Data, "objects");

    public string Database => Path.Combine(Data, "metadata.db");

    /// <summary>What tells a command where the store is.</summary>
    public Dictionary<string, string> Environment => new()
    {
        ["BLEEPSTORE__METADATA__SQLITE__PATH"] = Database,
        ["BLEEPSTORE__STORAGE__LOCAL__ROOT_DIR"] = Objects,
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Starts a server on the directory; its bucket exists.</summary>
    public Task<TestServer> StartAsync(Action<TestServerOptions>? configure = null) => TestServer.StartAsync(options =>
    {
        Directory.CreateDirectory(Data);
        options.DataDirectory = Data;
        options.Set("server.buckets.0", Bucket);
        configure?.Invoke(options);
    });

    /// <summary>Lets a server do some work and stops it.</summary>
    public async Task ServeAsync(Func<AmazonS3Client, Task> work)
    {
        await using var server = await StartAsync();
        await work(server.Client);
    }

    /// <summary>A store with one object of one blob, whose file is returned.</summary>
    public async Task<string> ServeOneObjectAsync(string key = "a")
    {
        await ServeAsync(client => PutAsync(client, key));
        return BlobFiles().ShouldHaveSingleItem();
    }

    public static async Task PutAsync(AmazonS3Client client, string key, int seed = 1, int length = BlobBytes)
    {
        using var content = new MemoryStream(TestBucket.Bytes(length, seed));
        await client.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = key, InputStream = content }, Token);
    }

    /// <summary>Uploads parts of 5 MiB, a smaller last one, and completes with those that are listed; none leaves the upload open.</summary>
    public static async Task PutPartsAsync(AmazonS3Client client, string key, int count, params int[] listed)
    {
        var upload = await client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = Bucket, Key = key }, Token);
        var parts = new List<PartETag>();
        for (var number = 1; number <= count; number++)
        {
            using var content = new MemoryStream(TestBucket.Bytes(number == count ? BlobBytes : 5 << 20, number));
            var part = await client.UploadPartAsync(
                new UploadPartRequest { BucketName = Bucket, Key = key, UploadId = upload.UploadId, PartNumber = number, InputStream = content }, Token);
            parts.Add(new PartETag(number, part.ETag));
        }

        if (listed.Length > 0)
        {
            await client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest
                {
                    BucketName = Bucket,
                    Key = key,
                    UploadId = upload.UploadId,
                    PartETags = [.. parts.Where(part => listed.Contains(part.PartNumber ?? 0))],
                },
                Token);
        }
    }

    /// <summary>Files of blobs in the order of their ids.</summary>
    public string[] BlobFiles()
        => [.. Directory.GetFiles(Objects, new string('?', BlobId.TextLength), SearchOption.AllDirectories)
            .Where(file => BlobId.TryParse(Path.GetFileName(file), out _))
            .OrderBy(Path.GetFileName, StringComparer.Ordinal)];

    public static string BlobOf(string file) => Path.GetFileName(file);

    public static void FlipBit(string file, long position)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = position < 0 ? stream.Length + position : position;
        var value = stream.ReadByte();
        stream.Position--;
        stream.WriteByte((byte)(value ^ 0x10));
    }

    /// <summary>Changes rows behind the store's back.</summary>
    public void ExecuteSql(string sql)
    {
        using var database = SqliteDatabase.Open(Database, TimeSpan.FromSeconds(1));
        database.Execute(sql);
    }

    /// <summary>Names and digests of all files but the locks, which name their last holder.</summary>
    public string[] Snapshot(string? directory = null)
        => [.. Directory.GetFileSystemEntries(directory ?? Data, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetFileName(path) is not ("lock" or "lock.holder" or "store.lock" or "metadata.db-shm"))
            .Order(StringComparer.Ordinal)
            .Select(path => File.Exists(path) ? $"{path} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))}" : path)];

    /// <summary>Runs the command as a user does, with <c>--json</c>.</summary>
    public async Task<CheckOutcome> CheckAsync(string command, params string[] arguments)
    {
        var (exitCode, output, errors) = await RunAsync(command, [.. arguments, "--json"]);
        errors.ShouldBeEmpty();
        var lines = output.TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        var summary = lines.Single(line => line["type"]!.GetValue<string>() == "summary");
        return new CheckOutcome(exitCode, [.. lines.Where(line => line["type"]!.GetValue<string>() == "finding")], summary);
    }

    public async Task<(int ExitCode, string Output, string Errors)> RunAsync(string command, params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exitCode = await CommandLineRun.RunAsync([command, .. arguments], Environment, output, errors);
        return (exitCode, output.ToString(), errors.ToString());
    }

    /// <summary>Writes a blob's file that no row names, as a write that was cut off before its command leaves one.</summary>
    public async Task<string> AddOrphanAsync(uint boot, ulong sequence = 4711)
    {
        var id = new BlobId(0, boot, sequence).ToString();
        var directory = Directory.CreateDirectory(Path.Combine(Objects, id[^2..])).FullName;
        var file = Path.Combine(directory, id);
        await File.WriteAllBytesAsync(file, Encoding.ASCII.GetBytes(new string('x', 5000)), Token);
        return file;
    }
}

/// <summary>What a check said.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Findings">The lines of findings.</param>
/// <param name="Summary">The last line.</param>
internal sealed record CheckOutcome(int ExitCode, IReadOnlyList<JsonObject> Findings, JsonObject Summary)
{
    /// <summary>The words of what was found.</summary>
    public IEnumerable<string> Kinds => Findings.Select(finding => finding["kind"]!.GetValue<string>());

    public void ShouldBeClean()
    {
        Findings.ShouldBeEmpty();
        ExitCode.ShouldBe(ExitCodes.Success);
        Summary["state"]!.GetValue<string>().ShouldBe("done");
    }

    /// <summary>Damage of one kind at one object and nothing else.</summary>
    public JsonObject ShouldFind(string kind, string? key = null, string? blob = null)
    {
        var finding = Findings.ShouldHaveSingleItem();
        finding["kind"]!.GetValue<string>().ShouldBe(kind);
        finding["key"]?.GetValue<string>().ShouldBe(key);
        finding["blob"]?.GetValue<string>().ShouldBe(blob);
        ExitCode.ShouldBe(finding["damage"]!.GetValue<bool>() ? ExitCodes.DamageFound : ExitCodes.Success);
        return finding;
    }
}
