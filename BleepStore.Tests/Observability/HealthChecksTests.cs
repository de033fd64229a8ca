using BleepStore.Api.Observability;
using BleepStore.Metadata;
using BleepStore.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace BleepStore.Tests.Observability;

/// <summary>Health is asked seldom and answered soon.</summary>
public sealed class HealthChecksTests
{
    private readonly ManualTime _time = new();
    private Func<CancellationToken, ValueTask> _metadata = _ => ValueTask.CompletedTask;
    private Func<CancellationToken, ValueTask> _storage = _ => ValueTask.CompletedTask;
    private int _asked;

    [Fact]
    public async Task A_store_whose_parts_answer_can_serve()
    {
        var report = await Checks().CheckAsync(TestContext.Current.CancellationToken);
        report.CanServe.ShouldBeTrue();
        report.Components.Select(component => component.Key).ShouldBe(["metadata", "storage"]);
    }

    [Fact]
    public async Task A_part_that_fails_is_named()
    {
        _storage = _ => throw new IOException("disk on fire");
        var report = await Checks().CheckAsync(TestContext.Current.CancellationToken);
        report.CanServe.ShouldBeFalse();
        report.Components.Where(component => !component.Value.CanServe).Select(component => component.Key).ShouldBe(["storage"]);
    }

    [Fact]
    public async Task Many_callers_share_one_round()
    {
        var gate = new TaskCompletionSource();
        _metadata = async _ => await gate.Task;
        var checks = Checks();
        var callers = Enumerable.Range(0, 50).Select(_ => checks.CheckAsync(TestContext.Current.CancellationToken)).ToArray();
        gate.SetResult();
        await Task.WhenAll(callers);
        _asked.ShouldBe(1);
    }

    [Fact]
    public async Task A_report_serves_for_a_second()
    {
        var checks = Checks();
        await checks.CheckAsync(TestContext.Current.CancellationToken);
        _time.Advance(HealthChecks.Fresh - TimeSpan.FromMilliseconds(1));
        await checks.CheckAsync(TestContext.Current.CancellationToken);
        _asked.ShouldBe(1);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await checks.CheckAsync(TestContext.Current.CancellationToken);
        _asked.ShouldBe(2);
    }

    [Fact]
    public async Task A_part_that_hangs_is_given_two_seconds_and_is_not_asked_twice_at_once()
    {
        var never = new TaskCompletionSource();
        var asked = new SemaphoreSlim(0);
        _metadata = async _ =>
        {
            asked.Release();
            await never.Task;
        };
        var checks = Checks();
        for (var round = 0; round < 2; round++)
        {
            var report = checks.CheckAsync(TestContext.Current.CancellationToken);
            if (round == 0)
            {
                (await asked.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken)).ShouldBeTrue();
            }

            _time.Advance(ComponentCheck.Patience);
            (await report.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken)).CanServe.ShouldBeFalse();
            _time.Advance(HealthChecks.Fresh);
        }

        _asked.ShouldBe(1);
        never.SetResult();
    }

    private HealthChecks Checks() => new(
        StoreDouble.Metadata((nameof(IMetadataStore.CheckHealthAsync), arguments =>
        {
            Interlocked.Increment(ref _asked);
            return _metadata((CancellationToken)arguments[0]!);
        }
    )),
        StoreDouble.Storage((nameof(IObjectStorage.CheckHealthAsync), arguments => _storage((CancellationToken)arguments[0]!))),
        _time,
        NullLogger<HealthChecks>.Instance);
}
