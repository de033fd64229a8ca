using System.Globalization;
using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.RecordEncoding;
using BleepStore.Metadata.Records;
using BleepStore.Tests.Golden;

namespace BleepStore.Tests.Metadata;

/// <summary>
/// What is on disk stays readable: the bytes of every record, the numbers of every enum and the names of every command are pinned.
/// </summary>
public sealed class RecordEncodingTests
{
    private static readonly RecordWriter Writer = new();

    [Fact]
    public void The_bytes_of_every_record_are_those_of_the_golden_file()
    {
        var lines = Encoded().Select(pair => $"{pair.Name} {pair.Hex}").ToList();

        GoldenFile.ShouldMatch("metadata-records.txt", string.Join('\n', lines) + "\n");
    }

    [Fact]
    public void Every_record_reads_back_as_it_was_written()
    {
        foreach (var (name, hex, again) in Encoded())
        {
            again(Convert.FromHexString(hex)).ShouldBe(hex, name);
        }
    }

    [Fact]
    public void Fields_of_a_later_release_are_skipped_and_absent_ones_have_their_defaults()
    {
        Writer.Begin();
        Writer.Number(90, -5);
        Writer.Text(1, "key");
        Writer.Text(91, new string('x', 300));
        var nested = Writer.BeginMessage(12);
        Writer.Text(1, "owner");
        Writer.Number(50, long.MinValue);
        Writer.EndMessage(nested);
        Writer.Bytes(92, new byte[5]);

        var record = ObjectRecordEncoding.Decode(Writer.Written);

        (record.Key, record.Acl.OwnerId, record.StorageClass, record.VersionId, record.IsNull, record.UploadId)
            .ShouldBe(("key", "owner", "STANDARD", "null", true, null));
        CredentialRecordEncoding.Decode(Writer.Begin().Written).Active.ShouldBeTrue();
    }

    [Fact]
    public void A_record_of_a_newer_format_is_refused_by_name()
    {
        var bytes = ObjectRecordEncoding.Encode(Writer, RecordSamples.Object).ToArray();
        bytes[0] = 2;

        Should.Throw<MetadataFormatException>(()
            => ObjectRecordEncoding.Decode(bytes)).Message.ShouldContain("format 2, which a newer release wrote");
    }

    [Fact]
    public void A_record_that_is_cut_short_is_damaged_or_shorter_but_never_read_past_its_end()
    {
        var whole = ObjectRecordEncoding.Encode(Writer, RecordSamples.Object).ToArray();
        for (var length = 0; length < whole.Length; length++)
        {
            try
            {
                ObjectRecordEncoding.Decode(whole.AsSpan(0, length));
            }
            catch (MetadataFormatException)
            {
                // Told as damage.
            }
        }
    }

    [Fact]
    public void A_record_with_a_flipped_bit_is_read_or_told_as_damaged()
    {
        var whole = ObjectRecordEncoding.Encode(Writer, RecordSamples.Object).ToArray();
        var told = 0;
        for (var bit = 0; bit < 8 * whole.Length; bit++)
        {
            var bytes = whole.ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                ObjectRecordEncoding.Decode(bytes);
            }
            catch (MetadataFormatException)
            {
                told++;
            }
        }

        told.ShouldBeGreaterThan(whole.Length);
    }

    [Fact]
    public void Long_messages_and_extreme_numbers_survive()
    {
        var record = RecordSamples.Object with
        {
            Key = new string('\u20AC', 341),
            Order = long.MaxValue,
            Size = long.MinValue,
            LastModified = DateTimeOffset.MaxValue.ToUniversalTime(),
            UserMetadata = [new(new string('n', 127), new string('v', 20_000))],
            Checksum = null,
        };

        var read = ObjectRecordEncoding.Decode(ObjectRecordEncoding.Encode(Writer, record).ToArray());

        Describe.Record(read).ShouldBe(Describe.Record(record));
        (read.Key, read.Order, read.Size, read.LastModified).ShouldBe((record.Key, record.Order, record.Size, record.LastModified));
        read.UserMetadata.ShouldBe(record.UserMetadata);
    }

    [Fact]
    public void Enum_numbers_and_command_names_are_those_of_the_golden_file()
    {
        var assembly = typeof(IMetadataStore).Assembly;
        Type[] enums =
        [
            typeof(AclPermission), typeof(CredentialOrigin), typeof(EncryptionMode), typeof(GarbageKind), typeof(GranteeKind), typeof(IdentityKind), typeof(SegmentKind),
            typeof(VersioningState), typeof(WriteStatus),
        ];
        var numbers = enums.SelectMany(type => Enum.GetNames(type)
            .Select(name => $"{type.Name}.{name} {Convert.ToInt32(Enum.Parse(type, name), CultureInfo.InvariantCulture)}"));
        var commands = assembly.GetTypes().Where(type => IsCommand(type) && !type.IsAbstract).Select(type => "command " + type.Name)
            .Order(StringComparer.Ordinal);

        GoldenFile.ShouldMatch("metadata-names.txt", string.Join('\n', [.. numbers, .. commands]) + "\n");
    }

    private static bool IsCommand(Type type)
        => type.BaseType is { IsGenericType: true } parent && parent.GetGenericTypeDefinition() == typeof(MetadataCommand<>);

    private static List<(string Name, string Hex, Func<byte[], string> Again)> Encoded() =>
    [
        ("Segment", Hex(SegmentEncoding.Encode(Writer, RecordSamples.Segment)),
            bytes => Hex(SegmentEncoding.Encode(Writer, SegmentEncoding.Decode(bytes)))),
        ("ObjectRecord", Hex(ObjectRecordEncoding.Encode(Writer, RecordSamples.Object)),
            bytes => Hex(ObjectRecordEncoding.Encode(Writer, ObjectRecordEncoding.Decode(bytes)))),
        ("BucketRecord", Hex(BucketRecordEncoding.Encode(Writer, RecordSamples.Bucket)),
            bytes => Hex(BucketRecordEncoding.Encode(Writer, BucketRecordEncoding.Decode(bytes)))),
        ("UploadRecord", Hex(UploadRecordEncoding.Encode(Writer, RecordSamples.Upload)),
            bytes => Hex(UploadRecordEncoding.Encode(Writer, UploadRecordEncoding.Decode(bytes)))),
        ("PartRecord", Hex(PartRecordEncoding.Encode(Writer, RecordSamples.Part)),
            bytes => Hex(PartRecordEncoding.Encode(Writer, PartRecordEncoding.Decode(bytes)))),
        ("ManifestChunk", Hex(ManifestChunkEncoding.Encode(Writer, RecordSamples.Chunk)),
            bytes => Hex(ManifestChunkEncoding.Encode(Writer, ManifestChunkEncoding.Decode(bytes)))),
        ("AccountRecord", Hex(AccountRecordEncoding.Encode(Writer, RecordSamples.Account)),
            bytes => Hex(AccountRecordEncoding.Encode(Writer, AccountRecordEncoding.Decode(bytes)))),
        ("CredentialRecord", Hex(CredentialRecordEncoding.Encode(Writer, RecordSamples.Credential)),
            bytes => Hex(CredentialRecordEncoding.Encode(Writer, CredentialRecordEncoding.Decode(bytes)))),
        ("IdentityRecord", Hex(IdentityRecordEncoding.Encode(Writer, RecordSamples.Identity)),
            bytes => Hex(IdentityRecordEncoding.Encode(Writer, IdentityRecordEncoding.Decode(bytes)))),
        ("GarbageEntry", Hex(GarbageEntryEncoding.Encode(Writer, RecordSamples.Garbage)),
            bytes => Hex(GarbageEntryEncoding.Encode(Writer, GarbageEntryEncoding.Decode(bytes, 5, 6)))),
        ("OutboxEvent", Hex(OutboxEventEncoding.Encode(Writer, RecordSamples.Event)),
            bytes => Hex(OutboxEventEncoding.Encode(Writer, OutboxEventEncoding.Decode(bytes, 5, 6)))),
        ("WriteOutcome", Hex(WriteOutcomeEncoding.Encode(Writer, RecordSamples.Outcome)),
            bytes => Hex(WriteOutcomeEncoding.Encode(Writer, WriteOutcomeEncoding.Decode(bytes)))),
        ("CompletedUploadRecord", Hex(CompletedUploadRecordEncoding.Encode(Writer, RecordSamples.Completed)),
            bytes => Hex(CompletedUploadRecordEncoding.Encode(Writer, CompletedUploadRecordEncoding.Decode(bytes)))),
        ("LifecyclePlace", Hex(LifecyclePlaceEncoding.Encode(Writer, RecordSamples.Place)),
            bytes => Hex(LifecyclePlaceEncoding.Encode(Writer, LifecyclePlaceEncoding.Decode(bytes)))),
    ];

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
