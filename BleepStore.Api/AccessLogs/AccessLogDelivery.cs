using System.Globalization;
using System.Security.Cryptography;
using BleepStore.Api.Checksums;
using BleepStore.Api.Configurations;
using BleepStore.Api.Content;
using BleepStore.Api.Encryption;
using BleepStore.Api.Operations.Objects;
using BleepStore.Metadata;
using BleepStore.Metadata.Records;
using Commands = BleepStore.Metadata.Commands;

namespace BleepStore.Api.AccessLogs;

/// <summary>How often the access logs of buckets are delivered.</summary>
/// <param name="Interval">Longest time that a line waits.</param>
internal sealed record AccessLogSettings(TimeSpan Interval)
{
    public static readonly AccessLogSettings Default = new(TimeSpan.FromMinutes(5));
}

/// <summary>
/// Writes the lines that came together as objects into their target buckets, at intervals, when much has come together, and when the server stops. Lines
/// that wait die with the process: S3 promises no more.
/// </summary>
internal sealed partial class AccessLogDelivery(
    IMetadataStore metadata, BlobWriter blobs, EncryptionRules encryptions, AccessLogBuffer buffer, AccessLogSettings settings, TimeProvider time,
    ILogger<AccessLogDelivery> logger) : BackgroundService
{
    /// <summary>Delivers all lines that wait; the answer is how many objects that came to.</summary>
    public async ValueTask<int> DeliverAsync(CancellationToken cancellationToken)
    {
        var delivered = 0;
        var logs = buffer.Take(out var dropped);
        if (dropped > 0)
        {
            Log.Dropped(logger, dropped);
        }

        foreach (var log in logs)
        {
            try
            {
                delivered += await DeliverAsync(log, cancellationToken) ? 1 : 0;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.Failed(logger, log.Source.Name, log.Target.TargetBucket, e);
            }
        }

        return delivered;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await DeliverAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (true)
        {
            using var turn = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            await Task.WhenAny(Task.Delay(settings.Interval, time, turn.Token), buffer.WaitUntilFullAsync(turn.Token));
            await turn.CancelAsync();
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            // What was taken out of the buffer is written to its end: a stop waits for it, and delivers the rest.
            await DeliverAsync(CancellationToken.None);
        }
    }

    private async ValueTask<bool> DeliverAsync(PendingLog log, CancellationToken cancellationToken)
    {
        var target = await metadata.FindBucketAsync(log.Target.TargetBucket ?? "", cancellationToken);
        if (target is null || target.OwnerId != log.Source.OwnerId)
        {
            Log.NoTarget(logger, log.Source.Name, log.Target.TargetBucket);
            return false;
        }

        var key = KeyOf(log, time.GetUtcNow());
        var encryption = await encryptions.ForBucketAsync(target, cancellationToken);
        using var lines = new MemoryStream(log.Lines.WrittenMemory.ToArray(), writable: false);
        await using var content = new DigestingStream(lines, ChecksumAlgorithm.Crc64Nvme);
        var written = await blobs.WriteAsync(target.Name, key, content, lines.Length, isPart: false, encryption?.Key, cancellationToken);
        var checksum = new ChecksumRecord((int)ChecksumAlgorithm.Crc64Nvme, (int)ChecksumType.FullObject, content.FinishChecksum());
        var md5 = content.FinishMd5();
        var outcome = await blobs.CommitAsync(
            metadata,
            new Commands.PutObject
            {
                Time = time.GetUtcNow(),
                Bucket = target.Name,
                BucketId = target.BucketId,
                Object = new ObjectRecord
                {
                    Key = key,
                    Size = lines.Length,
                    ETag = encryption?.Key.ETagOf(md5) ?? Convert.ToHexStringLower(md5),
                    Headers = new ContentHeaders(ContentType: "text/plain"),
                    Acl = new AccessControlList(
                        target.OwnerId,
                        [new(GranteeKind.CanonicalUser, target.OwnerId, AclPermission.FullControl), .. log.Target.TargetGrants.Select(grant => grant.ToAclGrant())]),
                    Checksum = checksum,
                    Segments = written.Segments,
                    Encryption = encryption?.Record,
                },
                InlineBody = written.InlineBody,
                VersionSalt = ObjectVersions.NewSalt(target),
            },
            written,
            cancellationToken);
        return outcome.IsDone;
    }

    private static string KeyOf(PendingLog log, DateTimeOffset now)
    {
        var at = log.Day is { } day ? day.ToDateTime(TimeOnly.MinValue) : now.UtcDateTime;
        var unique = Convert.ToHexString(RandomNumberGenerator.GetBytes(8));
        var name = string.Create(CultureInfo.InvariantCulture, $"{at:yyyy-MM-dd-HH-mm-ss}-{unique}");
        return log.Target.KeyFormat is null or LogKeyFormat.Simple
            ? log.Target.TargetPrefix + name
            : string.Create(
                CultureInfo.InvariantCulture, $"{log.Target.TargetPrefix}{log.Source.OwnerId}/{log.Source.Region}/{log.Source.Name}/{at:yyyy'/'MM'/'dd}/{name}");
    }

    private static partial class Log
    {
        [LoggerMessage(1251, LogLevel.Warning, "{Count} lines of access logs were dropped: more came than could be delivered")]
        public static partial void Dropped(ILogger logger, long count);

        [LoggerMessage(1252, LogLevel.Error, "The access log of {Bucket} could not be delivered to {Target}; its lines are lost")]
        public static partial void Failed(ILogger logger, string bucket, string? target, Exception exception);

        [LoggerMessage(1253, LogLevel.Warning, "The access log of {Bucket} has no target any more: {Target} is absent or another account's")]
        public static partial void NoTarget(ILogger logger, string bucket, string? target);
    }
}
