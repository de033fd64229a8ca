namespace BleepStore.Api.Content;

internal sealed class FreeSpaceGuard(long free)
{
    public bool CanAddBytes(long bytes) => bytes <= free;
}
