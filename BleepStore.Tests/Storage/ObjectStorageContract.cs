using BleepStore.Storage;

namespace BleepStore.Tests.Storage;

/// <summary>What every storage backend promises; one small subclass each.</summary>
public abstract class ObjectStorageContract : IAsyncLifetime
{
    private const int Frame = 64 * 1024;

    private readonly BlobIdSource _ids = new(node: 0, boot: 1);

    private IObjectStorage? _storage;

    private protected IObjectStorage Storage => _storage!;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _storage = await CreateAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await Storage.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(Frame - 74)]
    [InlineData(Frame - 73)]
    [InlineData(Frame - 1)]
    [InlineData(Frame)]
    [InlineData(Frame + 1)]
    [InlineData((4 * Frame) - 89)]
    [InlineData((4 * Frame) - 88)]
    [InlineData((4 * Frame) - 1)]
    [InlineData(4 * Frame)]
    [InlineData((4 * Frame) + 1)]
    [InlineData((17 * Frame) + 12_345)]
    public async Task What_was_written_is_read_back(int length)
    {
        foreach (long? announced in new long?[] { length, null })
        {
            foreach (int piece in new[] { 1000, 16 * 1024, 100_000, int.MaxValue })
            {
                var address = Address();
                var blob = await Storage.WriteAsync(address, new TestSource(length, piece), announced, Token);

                blob.Id.ShouldBe(address.Id);
                blob.Backend.ShouldBe(Storage.Name);
                blob.Length.ShouldBe(length);
                blob.StoredLength.ShouldBeGreaterThanOrEqualTo(length);
                await ShouldReadAsync(blob, 0, length, 64 * 1024);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(Frame)]
    [InlineData(700_000)]
    public async Task A_source_that_throws_at_its_end_leaves_nothing(int length)
    {
        foreach (long? announced in new long?[] { length, null })
        {
            var address = Address();
            var source = new TestSource(length) { AtEnd = new InvalidDataException("BadDigest") };

            var thrown = await Should.ThrowAsync<InvalidDataException>(
                async () => await Storage.WriteAsync(address, source, announced, Token));

            thrown.ShouldBeSameAs(source.AtEnd);
            await ShouldBeEmptyAsync(address.Id, length);
        }
    }

    [Theory]
    [InlineData(100, 99)]
    [InlineData(100, 101)]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(500_000, 499_999)]
    [InlineData(500_000, 500_001)]
    [InlineData(500_000, 900_000)]
    public async Task A_source_of_another_length_than_announced_leaves_nothing(int announced, int length)
    {
        var address = Address();

        await Should.ThrowAsync<EndOfStreamException>(
            async () => await Storage.WriteAsync(address, new TestSource(length), announced, Token));

        await ShouldBeEmptyAsync(address.Id, announced);
    }

    [Fact]
    public async Task A_blob_can_be_seen_only_when_whole()
    {
        const int length = 5 * Frame;
        var address = Address();
        int looks = 0;
        var source = new TestSource(length, pieceSize: Frame / 2)
        {
            BeforeRead = async (_, _) =>
            {
                looks++;
                await ShouldBeEmptyAsync(address.Id, length);
            },
        };

        var blob = await Storage.WriteAsync(address, source, length, Token);

        looks.ShouldBe(11);
        await ShouldReadAsync(blob, 0, length, length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Frame)]
    [InlineData((4 * Frame) - 1)]
    [InlineData(4 * Frame)]
    [InlineData(600_000)]
    public async Task Cancellation_at_any_byte_leaves_nothing(int at)
    {
        const int length = 600_000;
        foreach (long? announced in new long?[] { length, null })
        {
            using var cancellation = new CancellationTokenSource();
            var address = Address();
            var source = new TestSource(length, pieceSize: 997)
            {
                BeforeRead = async (position, _) =>
                {
                    if (position >= at)
                    {
                        await cancellation.CancelAsync();
                    }
                },
            };

            await Should.ThrowAsync<OperationCanceledException>(
                async () => await Storage.WriteAsync(address, source, announced, cancellation.Token));

            await ShouldBeEmptyAsync(address.Id, length);
        }
    }

    [Fact]
    public async Task Cancellation_that_the_source_does_not_notice_leaves_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        var address = Address();
        await using var source = new MemoryStream(TestBytes.Make(10));
        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(async () => await Storage.WriteAsync(address, source, 10, cancellation.Token));

        await ShouldBeEmptyAsync(address.Id, 10);
    }

    [Fact]
    public async Task Ranges_at_every_frame_border_are_exact()
    {
        const int length = (3 * Frame) + 100;
        var blob = await Storage.WriteAsync(Address(), new TestSource(length), length, Token);
        int[] places = [0, 1, Frame - 1, Frame, Frame + 1, (2 * Frame) - 1, 2 * Frame, (2 * Frame) + 1, 3 * Frame, length - 1, length];
        foreach (int start in places)
        {
            foreach (int end in places.Where(end => end >= start))
            {
                foreach (int buffer in new[] { 4096, Frame - 1, Frame, Frame + 1, 4 * Frame })
                {
                    await ShouldReadAsync(blob, start, end - start, buffer);
                }
            }
        }
    }

    [Fact]
    public async Task Ranges_of_a_small_blob_are_exact()
    {
        const int length = 300;
        var blob = await Storage.WriteAsync(Address(), new TestSource(length), length, Token);
        foreach (int start in new[] { 0, 1, 150, 299, 300 })
        {
            foreach (int buffer in new[] { 1, 7, 300, 301 })
            {
                await ShouldReadAsync(blob, start, length - start, buffer);
                await ShouldReadAsync(blob, start, (length - start) / 2, buffer);
            }
        }
    }

    [Fact]
    public async Task Ranges_beyond_the_blob_are_the_callers_mistake()
    {
        var blob = await Storage.WriteAsync(Address(), new TestSource(10), 10, Token);

        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await Storage.OpenAsync(blob, 5, 6, Token));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await Storage.OpenAsync(blob, 11, 0, Token));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await Storage.OpenAsync(blob, -1, 1, Token));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await Storage.OpenAsync(blob, 0, -1, Token));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await Storage.OpenAsync(blob, 1, long.MaxValue, Token));
    }

    [Fact]
    public async Task Large_blobs_are_read_across_pages_of_checksums()
    {
        // More than one page of 1,024 checksums of 64 KiB frames.
        const long length = (70L * 1024 * 1024) + 17;
        const long border = 1024L * Frame;
        var blob = await Storage.WriteAsync(Address(), new TestSource(length), length, Token);

        await ShouldReadAsync(blob, 0, length, 1024 * 1024);
        foreach (long start in new[] { border - 1, border, border + 1, border - Frame, length - 1, length })
        {
            foreach (long count in new long[] { 0, 1, 2, Frame, (2 * Frame) + 1 })
            {
                await ShouldReadAsync(blob, start, Math.Min(count, length - start), Frame);
            }
        }
    }

    [Fact]
    public async Task Deleting_twice_is_fine()
    {
        var blob = await Storage.WriteAsync(Address(), new TestSource(100), 100, Token);

        await Storage.DeleteAsync(blob, Token);
        await Storage.DeleteAsync(blob, Token);

        await ShouldBeEmptyAsync(blob.Id, 100);
    }

    [Fact]
    public async Task A_reader_keeps_what_it_opened_while_the_blob_is_deleted()
    {
        var blob = await Storage.WriteAsync(Address(), new TestSource(500_000), 500_000, Token);
        await using var stream = await Storage.OpenAsync(blob, 0, 500_000, Token);

        await Storage.DeleteAsync(blob, Token);

        var bytes = new byte[500_000];
        await stream!.ReadExactlyAsync(bytes, Token);
        bytes.ShouldBe(TestBytes.Make(500_000));
    }

    [Fact]
    public async Task An_id_is_written_only_once()
    {
        var address = Address();
        var blob = await Storage.WriteAsync(address, new TestSource(100), 100, Token);

        await Should.ThrowAsync<IOException>(async () => await Storage.WriteAsync(address, new TestSource(200, startAt: 7), 200, Token));

        await ShouldReadAsync(blob, 0, 100, 100);
        (await ListAsync()).ShouldBe([blob]);
    }

    [Fact]
    public async Task Concurrent_writers_do_not_disturb_each_other()
    {
        var blobs = await Task.WhenAll(Enumerable.Range(0, 64).Select(async number =>
        {
            await Task.Yield();
            int length = number * 10_007;
            long? announced = number % 3 == 0 ? null : length;
            return await Storage.WriteAsync(Address(isPart: number % 2 == 0), new TestSource(length, 3000), announced, Token);
        }));

        await Task.WhenAll(blobs.Select(async blob =>
        {
            await Task.Yield();
            await ShouldReadAsync(blob, 0, blob.Length, 10_000);
        }));
        (await ListAsync()).ShouldBe(blobs, ignoreOrder: true);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 200_000)]
    [InlineData(1, 70_000)]
    [InlineData(Frame, Frame)]
    [InlineData(199_999, 1)]
    public async Task A_copy_holds_the_range_asked_for(int offset, int length)
    {
        var source = await Storage.WriteAsync(Address(), new TestSource(200_000), 200_000, Token);

        var copy = await Storage.CopyAsync(source, offset, length, Address(), Token);
        await Storage.DeleteAsync(source, Token);

        copy.Length.ShouldBe(length);
        await ShouldReadAsync(copy, 0, length, 30_000, expectedFrom: offset);
    }

    [Fact]
    public async Task Copying_an_absent_blob_leaves_nothing()
    {
        var source = await Storage.WriteAsync(Address(), new TestSource(10), 10, Token);
        await Storage.DeleteAsync(source, Token);

        await Should.ThrowAsync<FileNotFoundException>(async () => await Storage.CopyAsync(source, 0, 10, Address(), Token));

        (await ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Listing_names_each_blob_with_its_length()
    {
        var written = new List<StoredBlob>();
        foreach (int length in new[] { 0, 1, Frame - 1, Frame, Frame + 1, 300_000 })
        {
            written.Add(await Storage.WriteAsync(Address(), new TestSource(length), length, Token));
        }

        (await ListAsync()).ShouldBe(written, ignoreOrder: true);
    }

    [Fact]
    public async Task A_working_storage_is_healthy()
    {
        await Storage.CheckHealthAsync(Token);
        await Storage.CheckHealthAsync(Token);

        (await ListAsync()).ShouldBeEmpty();
    }

    private protected abstract ValueTask<IObjectStorage> CreateAsync();

    private protected BlobAddress Address(bool isPart = false) => new("bucket", "../key", _ids.Next(), isPart);

    private protected async Task<List<StoredBlob>> ListAsync()
    {
        var blobs = new List<StoredBlob>();
        await foreach (var blob in Storage.ListAsync(Token))
        {
            blobs.Add(blob);
        }

        return blobs;
    }

    private protected async Task ShouldReadAsync(StoredBlob blob, long offset, long length, int bufferSize, long expectedFrom = 0)
    {
        await using var stream = await Storage.OpenAsync(blob, offset, length, Token);
        stream.ShouldNotBeNull();
        var buffer = new byte[bufferSize];
        var expected = new byte[bufferSize];
        long total = 0;
        int read;
        while ((read = await stream.ReadAsync(buffer, Token)) > 0)
        {
            TestBytes.Fill(expected.AsSpan(0, read), expectedFrom + offset + total);
            buffer.AsSpan(0, read).SequenceEqual(expected.AsSpan(0, read)).ShouldBeTrue($"bytes from {offset + total} of {blob.Length}");
            total += read;
        }

        total.ShouldBe(length);
    }

    private protected virtual async Task ShouldBeEmptyAsync(BlobId id, long length)
    {
        (await Storage.OpenAsync(new StoredBlob(id, Storage.Name, "", length, length), 0, length, Token)).ShouldBeNull();
        (await ListAsync()).ShouldBeEmpty();
    }
}
