using BleepStore.Api.Hosting;
using BleepStore.Metadata;

namespace BleepStore.Tests.Hosting;

/// <summary>Files and symbolic links that somebody put at names which a start, or a write, will use: nothing outside is followed, read or overwritten.</summary>
public sealed class PlantedFileTests : IDisposable
{
    private const string Precious = "precious";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bleepstore-planted-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Victim => Path.Combine(_directory.FullName, "victim");

    private string Data => Path.Combine(_directory.FullName, "data");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("objects/store.lock")]
    [InlineData("objects/store.json")]
    [InlineData("objects/store.json.next")]
    [InlineData("objects/.tmp")]
    [InlineData("objects/.multipart")]
    [InlineData("objects/packs")]
    [InlineData("objects/.tmp/planted")]
    [InlineData("lock")]
    [InlineData("lock.holder")]
    [InlineData("reserve")]
    [InlineData("reserve.new")]
    [InlineData("metadata.db")]
    [InlineData("metadata.db-wal")]
    [InlineData("metadata.db-shm")]
    public async Task A_symbolic_link_at_a_name_that_a_start_uses_is_not_written_through(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need privileges there.");
        await File.WriteAllTextAsync(Victim, Precious, Token);
        var link = Path.Combine(Data, name);
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, Victim);
        await StartAndUseAsync();
        (await File.ReadAllTextAsync(Victim, Token)).ShouldBe(Precious);
    }

    [Theory]
    [InlineData("objects/store.lock")]
    [InlineData("objects/store.json.next")]
    [InlineData("lock")]
    [InlineData("lock.holder")]
    [InlineData("reserve.new")]
    [InlineData("metadata.db")]
    [InlineData("metadata.db-wal")]
    [InlineData("metadata.db-shm")]
    public async Task A_symbolic_link_that_leads_nowhere_makes_no_file_elsewhere(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need privileges there.");
        var link = Path.Combine(Data, name);
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, Victim);
        await StartAndUseAsync();
        File.Exists(Victim).ShouldBeFalse();
    }

    [Fact]
    public async Task Files_planted_where_temporary_ones_could_come_hinder_no_write_and_are_served_to_nobody()
    {
        for (var number = 0; number < 200; number++)
        {
            foreach (var directory in new[] { ".tmp", ".multipart" })
            {
                Directory.CreateDirectory(Path.Combine(Data, "objects", directory));
                await File.WriteAllTextAsync(Path.Combine(Data, "objects", directory, number.ToString("x16", System.Globalization.CultureInfo.InvariantCulture)), Precious, Token);
            }
        }

        await File.WriteAllTextAsync(Path.Combine(Data, "lock.holder"), Precious, Token);
        await File.WriteAllTextAsync(Path.Combine(Data, "reserve.new"), Precious, Token);
        (await StartAndUseAsync()).ShouldBeTrue();
        Directory.EnumerateFiles(Path.Combine(Data, "objects", ".tmp")).ShouldBeEmpty();
    }

    /// <summary>Starts over the directory and stores something of each size; false where the start is refused.</summary>
    private async Task<bool> StartAndUseAsync()
    {
        try
        {
            await using var server = await TestServer.StartAsync(options =>
            {
                options.IsDurable = true;
                options.DataDirectory = Data;
            });
            await server.Client.PutBucketAsync("bucket", Token);
            foreach (var size in new[] { 10, 100_000, 1_000_000 })
            {
                using var body = new MemoryStream(new byte[size]);
                await server.Client.PutObjectAsync(new() { BucketName = "bucket", Key = "key", InputStream = body }, Token);
                using var read = await server.Client.GetObjectAsync("bucket", "key", Token);
                read.ContentLength.ShouldBe(size);
            }

            return true;
        }
        catch (Exception e) when (e is StartException or IOException or InvalidDataException or MetadataUnavailableException)
        {
            e.Message.ShouldNotContain(Precious);
            return false;
        }
    }
}
