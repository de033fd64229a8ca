using System.Diagnostics;
using BleepStore.Api.Observability.Tracing;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;
using BleepStore.Storage;

namespace BleepStore.Tests.Observability;

/// <summary>A request is a span, and what it asks of stores are spans below it.</summary>
public sealed class TracingTests : IDisposable
{
    private readonly List<Activity> _ended = [];
    private readonly string _requestId = "request-of-this-test";
    private readonly ActivityListener _listener;

    public TracingTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RequestTracing.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (_ended)
                {
                    _ended.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void The_span_of_a_request_bears_operation_bucket_and_outcome()
    {
        var span = RequestTracing.Start("PutObject", _requestId, "bucket");
        RequestTracing.Finish(span, Summaries.Of(status: 412, error: "PreconditionFailed"));
        span.ShouldNotBeNull().OperationName.ShouldBe("PutObject");
        span.GetTagItem("s3.operation").ShouldBe("PutObject");
        span.GetTagItem("s3.bucket").ShouldBe("bucket");
        span.GetTagItem("outcome").ShouldBe("PreconditionFailed");
        span.Status.ShouldBe(ActivityStatusCode.Unset, "the client's mistake is no error of the server");
        span.IsStopped.ShouldBeTrue();
    }

    [Theory]
    [InlineData(200, null, "ok", ActivityStatusCode.Unset)]
    [InlineData(500, "InternalError", "InternalError", ActivityStatusCode.Error)]
    public void Only_the_servers_own_failures_are_errors(int status, string? error, string outcome, ActivityStatusCode expected)
    {
        var span = RequestTracing.Start("GetObject", _requestId, bucket: null);
        RequestTracing.Finish(span, Summaries.Of(status: status, error: error));
        span!.GetTagItem("outcome").ShouldBe(outcome);
        span.Status.ShouldBe(expected);
    }

    [Fact]
    public async Task Queries_of_a_request_are_spans_below_it_and_leave_it_current()
    {
        var gate = new TaskCompletionSource();
        var metadata = new TracedMetadataStore(StoreDouble.Metadata((nameof(IMetadataStore.FindBucketAsync), _ => FindAsync(gate.Task))));
        var request = RequestTracing.Start("GetObject", _requestId, "bucket");
        var query = metadata.FindBucketAsync("bucket", TestContext.Current.CancellationToken);
        Activity.Current.ShouldBe(request);
        gate.SetResult();
        await query;
        Activity.Current.ShouldBe(request);
        RequestTracing.Finish(request, Summaries.Of());
        var child = Ended(request!, "metadata FindBucket");
        child.ParentId.ShouldBe(request!.Id);
    }

    [Fact]
    public async Task A_storage_call_that_fails_marks_its_span()
    {
        var storage = new TracedObjectStorage(StoreDouble.Storage(
            ("get_Name", _ => "local"),
            (nameof(IObjectStorage.DeleteAsync), _ => new ValueTask(Task.FromException(new IOException("gone"))))));
        var request = RequestTracing.Start("DeleteObject", _requestId, "bucket");
        await Should.ThrowAsync<IOException>(async () => await storage.DeleteAsync(default, TestContext.Current.CancellationToken));
        RequestTracing.Finish(request, Summaries.Of());
        var child = Ended(request!, "storage Delete");
        child.Status.ShouldBe(ActivityStatusCode.Error);
        child.GetTagItem("storage.backend").ShouldBe("local");
    }

    [Fact]
    public async Task Work_without_a_request_has_no_span()
    {
        var metadata = new TracedMetadataStore(StoreDouble.Metadata(
            (nameof(IMetadataStore.CountAllAsync), _ => ValueTask.FromResult(default(StoreCounters)))));
        Activity.Current = null;
        await metadata.CountAllAsync(TestContext.Current.CancellationToken);
        lock (_ended)
        {
            // Other tests make requests meanwhile, and their spans have a parent.
            _ended.ShouldNotContain(activity => activity.OperationName == "metadata CountAll" && activity.ParentId == null);
        }
    }

    private static async ValueTask<BucketRecord?> FindAsync(Task gate)
    {
        await gate;
        return null;
    }

    private Activity Ended(Activity request, string name)
    {
        lock (_ended)
        {
            return _ended.Single(activity => activity.TraceId == request.TraceId && activity.OperationName == name);
        }
    }
}
