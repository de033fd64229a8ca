namespace BleepStore.Api.Xml;

/// <summary>The names that S3's XML is known by, and what headers write as it does.</summary>
internal static class S3Xml
{
    public const string Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    /// <summary>The namespace that AWS's examples of some documents have, that of PutBucketLogging among them; only read, never written.</summary>
    public const string NamespaceOfExamples = "http://doc.s3.amazonaws.com/2006-03-01";
    public const string SchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";

    /// <summary>An ETag as headers and XML show it: in quotes.</summary>
    public static string Quote(string eTag) => string.Concat("\"", eTag, "\"");
}
