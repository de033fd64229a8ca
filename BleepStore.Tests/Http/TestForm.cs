using System.Globalization;
using System.Text;

namespace BleepStore.Tests.Http;

/// <summary>A browser's form upload, built field after field, signed, spoiled, and written into a request.</summary>
internal sealed class TestForm
{
    public const string Boundary = "----form-boundary-7MA4YWxkTrZu0gW";

    /// <summary>The fields in order; a name may come twice.</summary>
    public List<KeyValuePair<string, string>> Fields { get; } = [];

    public byte[]? File { get; set; }

    public string FileName { get; set; } = "photo.jpg";

    /// <summary>Fields behind the file.</summary>
    public List<KeyValuePair<string, string>> Behind { get; } = [];

    public TestForm With(string name, string value)
    {
        Fields.Add(new(name, value));
        return this;
    }

    public TestForm WithFile(string content, string fileName = "photo.jpg")
    {
        (File, FileName) = (Encoding.UTF8.GetBytes(content), fileName);
        return this;
    }

    /// <summary>Adds the fields of Signature Version 4 over that policy, in plain JSON.</summary>
    public TestForm Sign(TestSigner signer, string policy, DateTimeOffset at)
    {
        var base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(policy));
        return With("policy", base64)
            .With("x-amz-algorithm", "AWS4-HMAC-SHA256")
            .With("x-amz-credential", $"{signer.AccessKey}/{signer.Scope(at)}")
            .With("x-amz-date", TestSigner.AmzDate(at))
            .With("x-amz-signature", signer.Hmac(base64, at));
    }

    /// <summary>Adds the fields of Signature Version 2 over that policy.</summary>
    public TestForm Sign(TestSignerV2 signer, string accessKey, string policy)
    {
        var base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(policy));
        return With("policy", base64).With("AWSAccessKeyId", accessKey).With("signature", signer.Sign(base64));
    }

    /// <summary>Gives the request this form as its body.</summary>
    public TestRequest WriteTo(TestRequest request)
    {
        request.Set("Content-Type", "multipart/form-data; boundary=" + Boundary);
        request.Body = ToBytes();
        return request;
    }

    public byte[] ToBytes()
    {
        var bytes = new List<byte>();
        foreach (var (name, value) in Fields)
        {
            Append(bytes, $"--{Boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        }

        if (File is not null)
        {
            Append(bytes, string.Create(
                CultureInfo.InvariantCulture,
                $"--{Boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{FileName}\"\r\nContent-Type: image/jpeg\r\n\r\n"));
            bytes.AddRange(File);
            Append(bytes, "\r\n");
        }

        foreach (var (name, value) in Behind)
        {
            Append(bytes, $"--{Boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        }

        Append(bytes, $"--{Boundary}--\r\n");
        return [.. bytes];
    }

    private static void Append(List<byte> bytes, string text) => bytes.AddRange(Encoding.UTF8.GetBytes(text));
}
