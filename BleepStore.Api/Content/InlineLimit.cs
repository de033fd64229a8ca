using BleepStore.Api.Encryption;

namespace BleepStore.Api.Content;

/// <summary>Up to how many plain bytes a body travels in its command instead of becoming a blob.</summary>
internal sealed record InlineLimit(int Bytes)
{
    /// <summary>The configured threshold, as far as an engine can carry it; 0 where it carries nothing.</summary>
    /// <param name="wanted">The configured threshold in bytes.</param>
    /// <param name="engineBytes">What the engine carries in a command.</param>
    public static InlineLimit Of(long wanted, int engineBytes) => new((int)Math.Clamp(engineBytes - InlineBody.SealBytes - SealedLayout.TagBytes, 0, wanted));
}
