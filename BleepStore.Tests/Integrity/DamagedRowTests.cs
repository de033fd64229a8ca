using Amazon.S3;

namespace BleepStore.Tests.Integrity;

/// <summary>Bytes that the metadata store keeps itself: a flipped bit or a lost row is found as in a file.</summary>
public sealed class DamagedRowTests : IDisposable
{
    private readonly CheckBed _bed = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    [Theory]
    [InlineData("UPDATE inline_bodies SET body = zeroblob(length(body))", "blob-damaged")]
    [InlineData("UPDATE inline_bodies SET body = substr(body, 1, length(body) - 1)", "blob-damaged")]
    [InlineData("UPDATE inline_bodies SET body = x''", "blob-damaged")]
    [InlineData("DELETE FROM inline_bodies", "blob-missing")]
    public async Task Damage_of_an_inline_row_is_found_by_both_and_is_an_error_to_readers(string sql, string kind)
    {
        await _bed.ServeAsync(client => CheckBed.PutAsync(client, "small", length: 1000));
        _bed.BlobFiles().ShouldBeEmpty();
        (await _bed.CheckAsync("scrub", "--checksums")).Summary["bytes_read"]!.GetValue<int>().ShouldBe(1000);
        (await _bed.CheckAsync("fsck")).ShouldBeClean();
        _bed.ExecuteSql(sql);
        const string blob = "00000000000000010000000000000001";
        (await _bed.CheckAsync("scrub")).ShouldFind(kind, "small", blob);
        (await _bed.CheckAsync("fsck")).ShouldFind(kind, "small", blob);
        (await _bed.CheckAsync("fsck", "--repair")).ShouldFind(kind, "small", blob);
        await _bed.ServeAsync(async client =>
        {
            var refused = await Should.ThrowAsync<AmazonS3Exception>(() => client.GetObjectAsync(CheckBed.Bucket, "small", Token));
            refused.ErrorCode.ShouldBe("InternalError");
            await client.DeleteObjectAsync(CheckBed.Bucket, "small", Token);
        });
        (await _bed.CheckAsync("fsck")).ShouldBeClean();
    }
}
