using BleepStore.Api.Background;

namespace BleepStore.Tests.Background;

/// <summary>Memory is given back after a load, never during one and never without one.</summary>
public sealed class IdleMemoryTests : IDisposable
{
    private readonly IdleMemory _memory;
    private long _allocated;
    private int _released;

    public IdleMemoryTests()
        => _memory = new IdleMemory(() => _allocated, () => _released++, TimeProvider.System);

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void What_a_load_needed_is_given_back_once_when_it_has_ended()
    {
        Allocate(IdleMemory.LoadBytes);
        Allocate(IdleMemory.LoadBytes);
        _released.ShouldBe(0, "the load goes on");
        Allocate(IdleMemory.IdleBytes - 1);
        _released.ShouldBe(1);
        Allocate(0);
        Allocate(IdleMemory.IdleBytes - 1);
        _released.ShouldBe(1, "there was no other load");
        Allocate(IdleMemory.LoadBytes);
        Allocate(0);
        _released.ShouldBe(2);
    }

    [Fact]
    public void A_few_requests_are_no_load()
    {
        for (var look = 0; look < 5; look++)
        {
            Allocate(IdleMemory.IdleBytes);
            Allocate(0);
        }

        _released.ShouldBe(0);
    }

    private void Allocate(long bytes)
    {
        _allocated += bytes;
        _memory.Look();
    }
}
