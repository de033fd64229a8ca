using System.Text;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Sqlite;
using BleepStore.Tests.Auth;
using SQLitePCL;

namespace BleepStore.Tests.Metadata;

/// <summary>Group commit, and what an error does and does not do to the commands that share its batch.</summary>
public sealed class SqliteCommitterTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commands_that_wait_together_are_committed_together()
    {
        await using var bed = await new SqliteTestBed().WithBucketAsync();
        await bed.HoldAsync(Cancellation);
        var before = bed.Commits;
        var puts = Enumerable.Range(0, 600).Select(number => bed.PutAsync("key-" + number)).ToList();
        bed.LetGo();

        await Task.WhenAll(puts);

        (bed.Commits - before).ShouldBe(1 + 3, "one that was held, then 256 + 256 + 88");
    }

    [Fact]
    public async Task A_batch_ends_where_its_bytes_end()
    {
        await using var bed = await new SqliteTestBed().WithBucketAsync();
        await bed.HoldAsync(Cancellation);
        var before = bed.Commits;
        var puts = Enumerable.Range(0, 10).Select(number => bed.PutAsync("key-" + number, inlineBytes: 1 << 20)).ToList();
        bed.LetGo();

        await Task.WhenAll(puts);

        (bed.Commits - before).ShouldBe(1 + 4, "one that was held, then 3 + 3 + 3 + 1");
    }

    [Fact]
    public async Task A_batch_ends_where_its_time_ends()
    {
        await using var bed = await new SqliteTestBed(options => options with { BatchTime = TimeSpan.Zero }).WithBucketAsync();
        await bed.HoldAsync(Cancellation);
        var before = bed.Commits;
        var puts = Enumerable.Range(0, 20).Select(number => bed.PutAsync("key-" + number)).ToList();
        bed.LetGo();

        (await Task.WhenAll(puts)).ShouldAllBe(outcome => outcome.IsDone);

        (bed.Commits - before).ShouldBe(1 + 20);
        (await bed.Store.CountAsync(bed.BucketId, Cancellation)).Objects.ShouldBe(21);
    }

    [Fact]
    public async Task A_small_command_waits_for_one_large_one_at_most()
    {
        await using var bed = await new SqliteTestBed().WithBucketAsync();
        await bed.HoldAsync(Cancellation);
        var large = Enumerable.Range(0, 5)
            .Select(number => bed.Store.ExecuteAsync(bed.Delete(Enumerable.Range(0, 1000).Select(key => $"{number}-{key}")), Cancellation).AsTask())
            .ToList();
        var first = bed.PutAsync("first");
        var second = bed.PutAsync("second");
        bed.LetGo();

        var orders = (await Task.WhenAll(large)).Select(outcomes => outcomes[0].Order).ToList();

        orders.ShouldBeInOrder(SortDirection.Ascending);
        var put = (await first).Order;
        orders.Count(order => order < put).ShouldBe(1);
        (await second).Order.ShouldBe(put + 1);
    }

    [Fact]
    public async Task A_command_that_throws_harms_no_other_of_its_batch()
    {
        await using var bed = await new SqliteTestBed().WithBucketAsync();
        await bed.HoldAsync(Cancellation);
        var first = bed.PutAsync("first");
        var broken = bed.Store.ExecuteAsync(new Broken { Time = DateTimeOffset.UnixEpoch, BucketId = bed.BucketId }, Cancellation).AsTask();
        var last = bed.PutAsync("last");
        bed.LetGo();

        (await Should.ThrowAsync<InvalidOperationException>(() => broken)).Message.ShouldBe("broken");
        (await first).IsDone.ShouldBeTrue();
        (await last).IsDone.ShouldBeTrue();
        (await bed.Store.FindObjectAsync(bed.BucketId, "half", Cancellation)).ShouldBeNull();
        (await bed.Store.CountAsync(bed.BucketId, Cancellation)).Objects.ShouldBe(3);
        (await first).Order.ShouldNotBe((await last).Order);
    }

    [Fact]
    public async Task A_command_that_throws_after_the_time_of_its_batch_was_up_repeats_nothing_that_was_committed()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        await using var bed = await new SqliteTestBed(options => options with { Time = time }).WithBucketAsync();
        await bed.HoldAsync(Cancellation);
        var before = bed.Commits;
        var commands = new[] { "a", "b", "slow", "c", "broken", "d", "e" }.Select(name => new Counted
        {
            Time = DateTimeOffset.UnixEpoch,
            BucketId = bed.BucketId,
            Work = name == "slow" ? () => time.Advance(bed.Options.BatchTime) : static () => { },
            Error = name == "broken" ? new InvalidOperationException("broken") : null,
        }).ToList();
        var told = commands.Select(command => bed.Store.ExecuteAsync(command, Cancellation).AsTask()).ToList();
        bed.LetGo();

        (await Should.ThrowAsync<InvalidOperationException>(() => told[4])).Message.ShouldBe("broken");
        var orders = await Task.WhenAll(told.Where((_, i) => i != 4));

        orders.ShouldBe(Enumerable.Range(0, 6).Select(i => orders[0] + i), "each was told what it did, and all ran in their order");
        commands.Select(command => command.Applied).ShouldBe([1, 1, 1, 2, 2, 1, 1], "c and broken once together, then alone");
        (bed.Commits - before).ShouldBe(1 + 1 + 3, "one that was held; a, b and slow; then c, d and e alone");
        (await bed.Store.CountAsync(bed.BucketId, Cancellation)).Objects.ShouldBe(1 + 6);
        bed.Fatal.ShouldBeEmpty();
        (await bed.PutAsync("later")).IsDone.ShouldBeTrue();
    }

    [Fact]
    public async Task A_value_that_cannot_be_bound_harms_no_later_command_or_query()
    {
        await using var bed = await new SqliteTestBed().WithBucketAsync();
        const string HalfOfAPair = "\uD800";

        await Should.ThrowAsync<EncoderFallbackException>(() => bed.PutAsync(HalfOfAPair));
        await Should.ThrowAsync<EncoderFallbackException>(async () => await bed.Store.FindObjectAsync(bed.BucketId, HalfOfAPair, Cancellation));

        (await bed.PutAsync("key")).IsDone.ShouldBeTrue();
        (await bed.Store.FindObjectAsync(bed.BucketId, "key", Cancellation)).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_input_error_outside_the_commit_fails_its_command_alone()
    {
        await using var bed = await new SqliteTestBed().WithBucketAsync();
        var read = new Broken
        {
            Time = DateTimeOffset.UnixEpoch,
            BucketId = bed.BucketId,
            Error = new SqliteEngineException(raw.SQLITE_IOERR_READ, "injected")
        };

        var error = await Should.ThrowAsync<MetadataUnavailableException>(async () => await bed.Store.ExecuteAsync(read, Cancellation));

        error.OutcomeUnknown.ShouldBeFalse();
        (await bed.PutAsync("key")).IsDone.ShouldBeTrue();
        bed.Fatal.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(raw.SQLITE_IOERR_FSYNC)]
    [InlineData(raw.SQLITE_IOERR_DIR_FSYNC)]
    [InlineData(raw.SQLITE_IOERR_WRITE)]
    public async Task An_input_error_of_the_commit_itself_ends_the_process_with_one_line(int code)
    {
        await using var bed = await new SqliteTestBed().WithBucketAsync();
        await bed.HoldAsync(Cancellation);
        var puts = Enumerable.Range(0, 3).Select(number => bed.PutAsync("key-" + number)).ToList();
        bed.Breakage = () => new SqliteEngineException(code, "injected");
        bed.LetGo();

        var unknown = 0;
        foreach (var put in puts)
        {
            unknown += (await Should.ThrowAsync<MetadataUnavailableException>(() => put)).OutcomeUnknown ? 1 : 0;
        }

        bed.Fatal.ShouldHaveSingleItem().ShouldContain("could not be made durable");
        unknown.ShouldBe(0, "the three were never begun: only the held one's outcome is unknown");
        (await Should.ThrowAsync<MetadataUnavailableException>(() => bed.PutAsync("later"))).OutcomeUnknown.ShouldBeFalse();
        await Should.ThrowAsync<MetadataUnavailableException>(async () => await bed.Store.CheckHealthAsync(Cancellation));
    }

    [Fact]
    public async Task A_failed_sync_leaves_the_outcome_of_the_whole_batch_unknown()
    {
        await using var bed = await new SqliteTestBed().WithBucketAsync();
        await bed.HoldAsync(Cancellation);
        var puts = Enumerable.Range(0, 3).Select(number => bed.PutAsync("key-" + number)).ToList();
        var commits = 0;
        bed.Breakage = () => commits++ == 0 ? null : new SqliteEngineException(raw.SQLITE_IOERR_FSYNC, "injected");
        bed.LetGo();

        foreach (var put in puts)
        {
            (await Should.ThrowAsync<MetadataUnavailableException>(() => put)).OutcomeUnknown.ShouldBeTrue();
        }
    }

    [Fact]
    public async Task A_command_that_is_cancelled_before_its_turn_leaves_and_one_that_was_taken_stays()
    {
        await using var bed = await new SqliteTestBed().WithBucketAsync();
        using var source = new CancellationTokenSource();
        await bed.HoldAsync(Cancellation);
        var waiting = bed.Store.ExecuteAsync(bed.NewPut("waiting"), source.Token).AsTask();
        var other = bed.PutAsync("other");

        await source.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        bed.LetGo();
        (await other).IsDone.ShouldBeTrue();
        (await bed.Store.FindObjectAsync(bed.BucketId, "waiting", Cancellation)).ShouldBeNull();
        (await bed.Store.FindObjectAsync(bed.BucketId, "held", Cancellation)).ShouldNotBeNull();
    }

    [Fact]
    public async Task More_commands_than_the_queue_holds_are_refused_at_once()
    {
        await using var bed = await new SqliteTestBed(options => options with { QueueLimit = 2 }).WithBucketAsync();
        await bed.HoldAsync(Cancellation);
        var waiting = new[] { bed.PutAsync("a"), bed.PutAsync("b") };

        await Should.ThrowAsync<MetadataBusyException>(() => bed.PutAsync("c"));

        bed.LetGo();
        (await Task.WhenAll(waiting)).ShouldAllBe(outcome => outcome.IsDone);
        (await bed.PutAsync("c")).IsDone.ShouldBeTrue();
    }

    [Fact]
    public async Task A_refusal_costs_no_transaction_on_disk_and_no_sequence()
    {
        await using var bed = await new SqliteTestBed().WithBucketAsync();
        await bed.PutAsync("key");
        var (sequence, journal) = (bed.Store.PublishedSequence, new FileInfo(bed.File("metadata.db-wal")).Length);

        var outcome = await bed.Store.ExecuteAsync(bed.NewPut("key") with { Condition = new WriteCondition(null, IfNoneMatch: true) },
            Cancellation);

        outcome.Status.ShouldBe(WriteStatus.PreconditionFailed);
        bed.Store.PublishedSequence.ShouldBe(sequence);
        new FileInfo(bed.File("metadata.db-wal")).Length.ShouldBe(journal);
    }

    /// <summary>Counts how often it ran, and answers its order.</summary>
    private sealed record Counted : MetadataCommand<long>
    {
        public required long BucketId { get; init; }

        public required Action Work { get; init; }

        public Exception? Error { get; init; }

        public int Applied { get; private set; }

        public override long Apply(IMetadataTransaction transaction)
        {
            Applied++;
            Work();
            transaction.AddToCounters(BucketId, 1, 1);
            return Error is null ? transaction.NextOrder(Time) : throw Error;
        }
    }

    /// <summary>Writes half of what it means to, then throws.</summary>
    private sealed record Broken : MetadataCommand<bool>
    {
        public required long BucketId { get; init; }

        public Exception Error { get; init; } = new InvalidOperationException("broken");

        public override bool Apply(IMetadataTransaction transaction)
        {
            transaction.NextOrder(Time);
            transaction.AddToCounters(BucketId, 100, 100);
            transaction.PutObject(BucketId, new() { Key = "half", Acl = new("o", []) });
            throw Error;
        }
    }
}
