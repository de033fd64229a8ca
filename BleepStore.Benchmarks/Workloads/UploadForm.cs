using BleepStore.Benchmarks.Wire;

namespace BleepStore.Benchmarks.Workloads;

/// <summary>How an upload proves who sends it and that its bytes arrived.</summary>
internal enum UploadForm
{
    /// <summary>Signed in the URL; nothing is said of the body.</summary>
    Presigned,

    /// <summary>Signed in the header with UNSIGNED-PAYLOAD: what SDKs send over TLS.</summary>
    Unsigned,

    /// <summary>Signed in the header with the SHA-256 of the body.</summary>
    Sha256,

    /// <summary>STREAMING-AWS4-HMAC-SHA256-PAYLOAD: a signature in every chunk.</summary>
    SignedChunks,

    /// <summary>STREAMING-UNSIGNED-PAYLOAD-TRAILER: chunks, then a checksum.</summary>
    Trailer,
}

/// <summary>A form and the checksum that goes with it: in a header, or in the trailer.</summary>
internal sealed record UploadProof(UploadForm Form, Crc? Checksum)
{
    public static UploadProof Presigned { get; } = new(UploadForm.Presigned, Checksum: null);

    /// <summary>By the name that the command line has for the form; null for a name that it has not.</summary>
    public static UploadForm? FindForm(string name) => name switch
    {
        "presigned" => UploadForm.Presigned,
        "unsigned" => UploadForm.Unsigned,
        "sha256" => UploadForm.Sha256,
        "signed-chunks" => UploadForm.SignedChunks,
        "trailer" => UploadForm.Trailer,
        _ => null,
    };

    /// <summary>By the name that the command line has for the checksum; null for <c>none</c>.</summary>
    public static Crc? FindChecksum(string name) => name switch
    {
        "crc32" => Crc.Crc32,
        "crc32c" => Crc.Crc32C,
        "crc64nvme" => Crc.Crc64Nvme,
        _ => null,
    };
}
