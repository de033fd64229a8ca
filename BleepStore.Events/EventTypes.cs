namespace BleepStore.Events;

/// <summary>The types an event can have; they stand in outbox rows and on the wire, so a name never changes.</summary>
public static class EventTypes
{
    public const string BucketCreated = "bucket.created";
    public const string BucketDeleted = "bucket.deleted";
    public const string BucketAclUpdated = "bucket.acl.updated";
    public const string ObjectCreated = "object.created";
    public const string ObjectDeleted = "object.deleted";
    public const string ObjectsDeleted = "objects.deleted";
    public const string ObjectAclUpdated = "object.acl.updated";
    public const string MultipartCreated = "multipart.created";
    public const string MultipartCompleted = "multipart.completed";
    public const string MultipartAborted = "multipart.aborted";
    public const string PartUploaded = "part.uploaded";
}
