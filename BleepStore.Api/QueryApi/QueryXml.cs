using System.Globalization;
using BleepStore.Api.Xml;

namespace BleepStore.Api.QueryApi;

/// <summary>The XML that IAM and STS wrap their answers in.</summary>
internal static class QueryXml
{
    public static void Write(S3XmlWriter document, QueryService service, QueryAction? action, QueryAnswer answer, string requestId)
    {
        document.StartDocument();
        if (answer.Error is { } error)
        {
            document.StartIn(service.Namespace, "ErrorResponse");
            document.Start("Error");
            document.Element("Type", error.Status < 500 ? "Sender" : "Receiver");
            document.Element("Code", error.Code);
            document.Element("Message", error.Message);
            document.End();
            document.Element("RequestId", requestId);
            document.End();
            return;
        }

        var name = action?.Name ?? "";
        document.StartIn(service.Namespace, name + "Response");
        if (action?.HasResult == true)
        {
            document.Start(name + "Result");
            answer.Result?.Invoke(document);
            document.End();
        }

        document.Start("ResponseMetadata");
        document.Element("RequestId", requestId);
        document.End();
        document.End();
    }

    /// <summary>A time as these services write it: ISO 8601, whole seconds.</summary>
    public static void Time(this S3XmlWriter document, string name, DateTimeOffset time)
        => document.Element(name, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

    /// <summary>A list whose elements are called <c>member</c>.</summary>
    public static void Members<T>(this S3XmlWriter document, string name, IEnumerable<T> items, Action<S3XmlWriter, T> write)
    {
        document.Start(name);
        foreach (var item in items)
        {
            document.Start("member");
            write(document, item);
            document.End();
        }

        document.End();
    }

    /// <summary>Whether there is another page, and where it begins.</summary>
    public static void Page(this S3XmlWriter document, string? nextMarker)
    {
        document.Element("IsTruncated", nextMarker is not null);
        document.Optional("Marker", nextMarker);
    }
}
