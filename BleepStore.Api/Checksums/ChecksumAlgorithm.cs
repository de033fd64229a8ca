namespace BleepStore.Api.Checksums;

/// <summary>
/// The checksums a client may send or ask for besides the ETag; the numbers reach disk. See
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
/// </summary>
internal enum ChecksumAlgorithm
{
    Crc32 = 1,
    Crc32C = 2,
    Crc64Nvme = 3,
    Sha1 = 4,
    Sha256 = 5,
}

/// <summary>What the checksum of a multipart object covers; the numbers reach disk.</summary>
internal enum ChecksumType
{
    /// <summary>All bytes of the object: what a single PUT of them would have got.</summary>
    FullObject = 1,

    /// <summary>The concatenated checksums of the parts, written with <c>-N</c> behind.</summary>
    Composite = 2,
}
