using BleepStore.Api.Pipeline;

namespace BleepStore.Api.Operations.Configurations;

/// <summary>The empty page of configurations that S3 numbers and this server does not let anybody set: asking for them is no fault.</summary>
internal static class NoConfigurations
{
    public static S3Response Answer(string root) => S3Response.OfXml(writer =>
    {
        writer.StartS3(root);
        writer.Element("IsTruncated", value: false);
        writer.End();
    });
}
