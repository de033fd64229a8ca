using System.Collections.Immutable;
using BleepStore.Api.Operations;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Metadata.Records;

namespace BleepStore.Api.Locks;

/// <summary>The headers by which a write locks the version that it makes, and by which a read tells of it.</summary>
internal static class LockHeaders
{
    private const string Mode = "x-amz-object-lock-mode";
    private const string RetainUntil = "x-amz-object-lock-retain-until-date";
    private const string Hold = "x-amz-object-lock-legal-hold";

    /// <summary>Headers of writes, for the API document.</summary>
    public static readonly ImmutableArray<string> All = [Mode, RetainUntil, Hold];

    /// <summary>True when the request says something about locks.</summary>
    public static bool AreSent(S3Request request)
        => request.Header(Mode) is not null || request.Header(RetainUntil) is not null || request.Header(Hold) is not null;

    /// <summary>
    /// The demand of a write, and the rights to lock where it does: no access control list grants those, or whoever may write could fill a bucket with
    /// what nobody can remove. Parameters of a presigned URL stand for headers and count like them.
    /// </summary>
    public static ImmutableArray<Demand> Demands(IncomingRequest request, Demand demand)
    {
        var (retains, holds) = (IsNamed(request, Mode) || IsNamed(request, RetainUntil), IsNamed(request, Hold));
        return (retains, holds) switch
        {
            (false, false) => [demand],
            (true, false) => [demand, Demand.OnKey("s3:PutObjectRetention", permission: null, request)],
            (false, true) => [demand, Demand.OnKey("s3:PutObjectLegalHold", permission: null, request)],
            _ =>
            [
                demand, Demand.OnKey("s3:PutObjectRetention", permission: null, request), Demand.OnKey("s3:PutObjectLegalHold", permission: null, request),
            ],
        };
    }

    /// <summary>What the headers say; nothing where there are none.</summary>
    /// <exception cref="S3Exception">The bucket has no object lock, or the values are none.</exception>
    public static ObjectLock Read(S3Request request, DateTimeOffset now)
    {
        if (!AreSent(request))
        {
            return ObjectLock.None;
        }

        var (mode, until) = (request.Header(Mode), request.Header(RetainUntil));
        if (mode is null != until is null)
        {
            throw new S3Exception(S3Errors.Argument(
                mode is null ? Mode : RetainUntil, "", "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied"));
        }

        var locked = new ObjectLock(
            mode is null ? RetentionMode.None : ReadMode(mode),
            until is null ? default : ReadDate(until, now),
            ReadHold(request.Header(Hold)));
        return request.Bucket.ObjectLockEnabled
            ? locked
            : throw new S3Exception(S3Errors.InvalidRequest.Because("Bucket is missing ObjectLockConfiguration"));
    }

    /// <summary>Adds what keeps a version.</summary>
    public static S3Response WithLock(this S3Response response, ObjectLock locked)
    {
        if (locked.Mode != RetentionMode.None)
        {
            response.With(Mode, LockXml.Name(locked.Mode)).With(RetainUntil, LockTime.Format(locked.RetainUntil));
        }

        return locked.LegalHold == LegalHold.Unset ? response : response.With(Hold, LockXml.Name(locked.LegalHold));
    }

    /// <summary>A date of a retention, which must lie ahead.</summary>
    /// <exception cref="S3Exception">InvalidArgument: it does not.</exception>
    public static DateTimeOffset CheckFuture(DateTimeOffset time, string argument, DateTimeOffset now)
        => time > now
            ? time
            : throw new S3Exception(S3Errors.Argument(argument, LockTime.Format(time), "The retain until date must be in the future!"));

    private static bool IsNamed(IncomingRequest request, string name)
    {
        if (request.Headers.ContainsKey(name))
        {
            return true;
        }

        foreach (var parameter in request.Query.Parameters)
        {
            if (parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static RetentionMode ReadMode(string text) => text switch
    {
        "GOVERNANCE" => RetentionMode.Governance,
        "COMPLIANCE" => RetentionMode.Compliance,
        _ => throw new S3Exception(S3Errors.Argument(Mode, text, "Unknown wormMode directive.")),
    };

    private static DateTimeOffset ReadDate(string text, DateTimeOffset now)
        => LockTime.Parse(text) is { } time
            ? CheckFuture(time, RetainUntil, now)
            : throw new S3Exception(S3Errors.Argument(RetainUntil, text, "The retain until date must be provided in ISO 8601 format"));

    private static LegalHold ReadHold(string? text) => text switch
    {
        null => LegalHold.Unset,
        "ON" => LegalHold.On,
        "OFF" => LegalHold.Off,
        _ => throw new S3Exception(S3Errors.Argument(Hold, text, "Legal Hold must be either of 'ON' or 'OFF'")),
    };
}
