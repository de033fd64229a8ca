namespace BleepStore.Api.Encryption;

/// <summary>
/// How encrypted bytes lie: frames of 64 KiB, each ciphertext and then its tag; the last one may be shorter. So a frame is one frame of the
/// storage too, and a range touches no more of them than it would in plain.
/// </summary>
internal static class SealedLayout
{
    /// <summary>Stored bytes of a frame.</summary>
    public const int FrameBytes = 64 * 1024;

    /// <summary>Bytes that a frame has beside its content.</summary>
    public const int TagBytes = 16;

    /// <summary>Content of a frame.</summary>
    public const int PlainFrameBytes = FrameBytes - TagBytes;

    /// <summary>Stored bytes of so much content; nothing is stored of nothing.</summary>
    public static long StoredLength(long plainLength)
        => plainLength + (TagBytes * ((plainLength + PlainFrameBytes - 1) / PlainFrameBytes));

    /// <summary>Content of so many stored bytes.</summary>
    public static long PlainLength(long storedLength)
        => storedLength - (TagBytes * ((storedLength + FrameBytes - 1) / FrameBytes));
}
