namespace BleepStore.Api.Configurations;

/// <summary>Who pays for requests to a bucket: https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html</summary>
/// <param name="Payer"><c>BucketOwner</c> or <c>Requester</c>.</param>
internal sealed record RequestPayment(string Payer)
{
    public const string Requester = "Requester";

    /// <summary>What a bucket has that was never configured.</summary>
    public static readonly RequestPayment Default = new("BucketOwner");

    public static readonly ConfigurationDocument<RequestPayment> Document = new(
        "requestPayment",
        "RequestPaymentConfiguration",
        node => new RequestPayment(node.Allow("Payer").OneOf("Payer", "BucketOwner", Requester) ?? throw XmlValues.Malformed()),
        (writer, payment) => writer.Element("Payer", payment.Payer));
}
