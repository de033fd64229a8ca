using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>Writes and removals that hold only under a condition, alone, racing and repeated.</summary>
public abstract class ConditionalWriteTests(ApiHost fixture)
{
    [Fact]
    public async Task A_write_for_an_absent_key_succeeds_once()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.PutAsync("key", "first", ("If-None-Match", "*"))).Status.ShouldBe(200);
        var second = await bucket.PutAsync("key", "second", ("If-None-Match", "*"));
        second.Status.ShouldBe(412);
        second.ErrorCode.ShouldBe("PreconditionFailed");
        second.Element("Condition").ShouldBe("If-None-Match");
        (await bucket.GetAsync("key")).Text.ShouldBe("first");
    }

    [Fact]
    public async Task A_write_over_a_known_object_fails_when_it_is_another_or_none()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.PutAsync("key", "x", ("If-Match", "\"a\""))).ErrorCode.ShouldBe("NoSuchKey");
        var eTag = (await bucket.PutAsync("key", "first")).Header("ETag")!;
        (await bucket.PutAsync("key", "x", ("If-Match", "\"a\""))).Status.ShouldBe(412);
        (await bucket.PutAsync("key", "second", ("If-Match", eTag))).Status.ShouldBe(200);
        (await bucket.PutAsync("key", "third", ("If-Match", eTag))).Status.ShouldBe(412);
        (await bucket.GetAsync("key")).Text.ShouldBe("second");
    }

    [Theory]
    [InlineData("If-None-Match", "\"abc\"")]
    [InlineData("If-None-Match", "abc")]
    [InlineData("If-Match", "\"a\", \"b\"")]
    [InlineData("If-Modified-Since", "Sat, 01 Jan 2000 00:00:00 GMT")]
    [InlineData("If-Unmodified-Since", "Sat, 01 Jan 2000 00:00:00 GMT")]
    public async Task Conditions_that_S3_does_not_have_for_writes_are_501(string header, string value)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.PutAsync("key", "x", (header, value))).Status.ShouldBe(501);
        (await bucket.DeleteAsync("key", (header, value))).Status.ShouldBe(501);
        (await bucket.HeadAsync("key")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task No_write_may_replace_just_any_object()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "first");
        var refused = await bucket.PutAsync("key", "second", ("If-Match", "*"));
        (refused.Status, refused.ErrorCode, refused.Element("Header")).ShouldBe((501, "NotImplemented", "If-Match"));
        refused.Element("additionalMessage").ShouldBe("We don't accept the provided value of If-Match header for this API");
        (await bucket.GetAsync("key")).Text.ShouldBe("first");
    }

    [Fact]
    public async Task Both_conditions_at_once_are_501()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var refused = await bucket.PutAsync("key", "x", ("If-None-Match", "*"), ("If-Match", "\"a\""));
        (refused.Status, refused.Element("Header")).ShouldBe((501, "If-Match,If-None-Match"));
        (await bucket.DeleteAsync("key", ("If-None-Match", "*"))).Status.ShouldBe(501);
    }

    [Fact]
    public async Task A_removal_holds_only_for_the_object_it_names()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.DeleteAsync("key", ("If-Match", "\"a\""))).Status.ShouldBe(404);
        var eTag = (await bucket.PutAsync("key", "first")).Header("ETag")!;
        (await bucket.DeleteAsync("key", ("If-Match", "\"a\""))).Status.ShouldBe(412);
        (await bucket.HeadAsync("key")).Status.ShouldBe(200);
        (await bucket.DeleteAsync("key", ("If-Match", eTag))).Status.ShouldBe(204);
        (await bucket.HeadAsync("key")).Status.ShouldBe(404);
        await bucket.PutAsync("key", "second");
        (await bucket.DeleteAsync("key", ("If-Match", "*"))).Status.ShouldBe(204);
    }

    [Fact]
    public async Task A_removal_can_ask_for_size_and_time()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        const string size = "x-amz-if-match-size", time = "x-amz-if-match-last-modified-time";
        var eTag = (await bucket.PutAsync("key", "first")).Header("ETag")!;
        var modified = (await bucket.HeadAsync("key")).Header("Last-Modified")!;
        var refused = await bucket.DeleteAsync("key", (size, "6"));
        (refused.Status, refused.ErrorCode, refused.Element("Condition")).ShouldBe((412, "PreconditionFailed", size));
        (await bucket.DeleteAsync("key", (time, "Sat, 01 Jan 2000 00:00:00 GMT"))).Element("Condition").ShouldBe(time);
        (await bucket.DeleteAsync("key", (size, "5"), (time, modified), ("If-Match", "\"a\""))).Element("Condition").ShouldBe("If-Match");
        (await bucket.DeleteAsync("key", (size, "x"))).ErrorCode.ShouldBe("InvalidArgument");
        (await bucket.DeleteAsync("key", (size, "-5"))).ErrorCode.ShouldBe("InvalidArgument");
        (await bucket.DeleteAsync("key", (time, "yesterday"))).ErrorCode.ShouldBe("InvalidArgument");
        (await bucket.PutAsync("key", "second", (size, "5"))).Status.ShouldBe(501);
        (await bucket.DeleteAsync("absent", (size, "5"))).Status.ShouldBe(204);
        (await bucket.DeleteAsync("key", (size, "5"), (time, modified), ("If-Match", eTag))).Status.ShouldBe(204);
        (await bucket.HeadAsync("key")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Of_32_racing_removals_of_one_object_exactly_one_finds_it()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var eTag = (await bucket.PutAsync("key", "first")).Header("ETag")!;
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => bucket.DeleteAsync("key", ("If-Match", eTag), ("x-amz-if-match-size", "5"))));
        answers.Count(answer => answer.Status == 204).ShouldBe(1);
        answers.Count(answer => answer.Status == 404).ShouldBe(31);
    }

    [Fact]
    public async Task Of_32_racing_writers_exactly_one_wins_and_the_losers_leave_nothing()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.CollectAsync();
        var blobs = await bucket.CountBlobsAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => bucket.PutAsync("key", $"writer {i}", ("If-None-Match", "*"))));
        answers.Count(answer => answer.Status == 200).ShouldBe(1);
        answers.Count(answer => answer.Status == 412).ShouldBe(31);
        var winner = Array.FindIndex(answers, answer => answer.Status == 200);
        (await bucket.GetAsync("key")).Text.ShouldBe($"writer {winner}");

        var eTag = answers[winner].Header("ETag")!;
        var swaps = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => bucket.PutAsync("key", $"swap {i}", ("If-Match", eTag))));
        swaps.Count(answer => answer.Status == 200).ShouldBe(1);
        swaps.Count(answer => answer.Status == 412).ShouldBe(31);
        await bucket.CollectAsync();
        (await bucket.CountBlobsAsync()).ShouldBe(blobs + 1);
    }

    [Fact]
    public async Task A_repeated_write_of_the_same_invocation_gets_the_first_answer()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (string, string)[] headers = [("If-None-Match", "*"), ("amz-sdk-invocation-id", "one")];
        var first = await bucket.PutAsync("key", "bytes", headers);
        first.Status.ShouldBe(200);
        var again = await bucket.PutAsync("key", "bytes", headers);
        again.Status.ShouldBe(200);
        again.Header("ETag").ShouldBe(first.Header("ETag"));

        (await bucket.PutAsync("key", "other bytes", headers)).Status.ShouldBe(412);
        (await bucket.PutAsync("key", "bytes", ("If-None-Match", "*"), ("amz-sdk-invocation-id", "two"))).Status.ShouldBe(412);
        (await bucket.PutAsync("other", "bytes", headers)).Status.ShouldBe(200);
        await bucket.CollectAsync();
        (await bucket.GetAsync("key")).Text.ShouldBe("bytes");
    }

    [Fact]
    public async Task A_repeated_conditional_copy_and_removal_get_the_first_answer()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var eTag = (await bucket.PutAsync("source", "bytes")).Header("ETag")!;
        (string, string)[] copy = [("If-None-Match", "*"), ("amz-sdk-invocation-id", "copy")];
        (await bucket.CopyAsync("source", "copy", copy)).Status.ShouldBe(200);
        (await bucket.CopyAsync("source", "copy", copy)).Status.ShouldBe(200);
        (await bucket.CopyAsync("source", "copy", ("If-None-Match", "*"))).Status.ShouldBe(412);

        (string, string)[] removal = [("If-Match", eTag), ("amz-sdk-invocation-id", "removal")];
        (await bucket.DeleteAsync("source", removal)).Status.ShouldBe(204);
        (await bucket.DeleteAsync("source", removal)).Status.ShouldBe(204);
        (await bucket.DeleteAsync("source", ("If-Match", eTag))).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData(false, 412)]
    [InlineData(true, 412)]
    public async Task A_client_that_waits_for_100_Continue_sends_no_body_for_a_failed_condition(bool hasInvocation, int status)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "first");
        var request = bucket.Request("PUT", "key").With("Expect", "100-continue").With("If-None-Match", "*");
        if (hasInvocation)
        {
            request.With("amz-sdk-invocation-id", "new");
        }

        await WithoutBodyAsync(bucket, request, S3TestHost.Root, status);
    }

    [Fact]
    public async Task A_client_that_waits_for_100_Continue_sends_no_body_that_is_not_wanted()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await WithoutBodyAsync(bucket, bucket.Request("PUT", "key").With("Expect", "100-continue"), S3TestHost.Bob, 403);
        var absent = new TestRequest("PUT", "/no-such-bucket-at-all/key", fixture.Host.Endpoint.Authority).With("Expect", "100-continue");
        await WithoutBodyAsync(bucket, absent, S3TestHost.Root, 404);
    }

    [Fact]
    public async Task A_client_that_waits_for_100_Continue_is_told_to_go_on()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var token = TestContext.Current.CancellationToken;
        var request = bucket.Request("PUT", "key").With("Expect", "100-continue").WithBody("Hello");
        TestBucket.Signer().SignHeader(request, TimeProvider.System.GetUtcNow());
        using var connection = await RawConnection.OpenAsync(fixture.Host.Endpoint, token);
        await connection.WriteAsync(request.ToBytes().AsMemory()[..^5], token);
        var interim = await connection.ReadUntilAsync("\r\n\r\n"u8.ToArray(), token);
        System.Text.Encoding.ASCII.GetString(interim).ShouldStartWith("HTTP/1.1 100 ");
        await connection.WriteAsync(request.Body, token);
        RawResponse.Parse(await connection.ReadToEndAsync(token), "PUT").Status.ShouldBe(200);
        (await bucket.GetAsync("key")).Text.ShouldBe("Hello");
    }

    private static async Task WithoutBodyAsync(TestBucket bucket, TestRequest request, BleepStore.Api.Auth.Credential who, int status)
    {
        var token = TestContext.Current.CancellationToken;
        request.With("Connection", "keep-alive").WithBody("Hello");
        TestBucket.Signer(who).SignHeader(request, TimeProvider.System.GetUtcNow());
        using var connection = await RawConnection.OpenAsync(bucket.Host.Endpoint, token);
        await connection.WriteAsync(request.ToBytes().AsMemory()[..^5], token);
        var response = await connection.ReadResponseAsync("PUT", token);
        response.Status.ShouldBe(status);
        response.WasContinued.ShouldBeFalse();

        // Whatever came next on this connection would be taken for the body.
        response.Header("Connection").ShouldBe("close");
    }
}

/// <inheritdoc/>
public sealed class MemoryConditionalWriteTests(MemoryApiHost fixture) : ConditionalWriteTests(fixture), IClassFixture<MemoryApiHost>;

/// <inheritdoc/>
public sealed class DurableConditionalWriteTests(DurableApiHost fixture) : ConditionalWriteTests(fixture), IClassFixture<DurableApiHost>;
