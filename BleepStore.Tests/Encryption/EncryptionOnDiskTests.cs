using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using BleepStore.Tests.Processes;

namespace BleepStore.Tests.Encryption;

/// <summary>A real process, its directory and its log: neither holds plain bytes nor keys, also after it was killed and started again.</summary>
public sealed class EncryptionOnDiskTests
{
    private const string Bucket = "secrets";
    private const string Mark = "TOP-SECRET-MARK!";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_plain_byte_and_no_key_is_on_disk_or_in_the_log_and_all_is_read_after_a_kill()
    {
        var kmsMaterial = Convert.ToBase64String(EncryptionParts.Key(50));
        await using var server = await ServerProcess.StartAsync(
            new ServerProcessOptions
            {
                Environment = new Dictionary<string, string?>
                {
                    ["BLEEPSTORE__ENCRYPTION__ALLOW_CUSTOMER_KEYS_OVER_HTTP"] = "true",
                    ["BLEEPSTORE__ENCRYPTION__KMS__KEYS__0__ID"] = "ring",
                    ["BLEEPSTORE__ENCRYPTION__KMS__KEYS__0__MATERIAL"] = kmsMaterial,
                    ["BLEEPSTORE__LOGGING__LEVEL"] = "trace",
                },
            },
            Token);
        using var client = Client(server);
        await client.PutBucketAsync(Bucket, Token);
        var lengths = new[] { 100, 4000, 50_000, 300_000 };
        foreach (var length in lengths)
        {
            await PutAsync(client, $"c{length}", length, Customer);
            await PutAsync(client, $"s{length}", length, request => request.ServerSideEncryptionMethod = ServerSideEncryptionMethod.AES256);
            await PutAsync(client, $"k{length}", length, request => request.ServerSideEncryptionMethod = ServerSideEncryptionMethod.AWSKMS);
        }

        await PutPartsAsync(client, "parts");
        await Should.ThrowAsync<AmazonS3Exception>(() => client.GetObjectAsync(Bucket, "c100", Token));
        await server.KillAsync(Token);
        ShouldShowNothing(server, kmsMaterial);
        await server.RestartAsync(Token);
        using var again = Client(server);
        foreach (var length in lengths)
        {
            (await ReadAsync(again, $"c{length}", Customer)).ShouldBe(Content(length));
            (await ReadAsync(again, $"s{length}", _ => { })).ShouldBe(Content(length));
            (await ReadAsync(again, $"k{length}", _ => { })).ShouldBe(Content(length));
        }

        (await ReadAsync(again, "parts", Customer)).ShouldBe(Content((5 << 20) + 1000));
        await server.StopAsync(Token);
        ShouldShowNothing(server, kmsMaterial);
    }

    private static void ShouldShowNothing(ServerProcess server, string kmsMaterial)
    {
        byte[][] secrets =
        [
            Encoding.ASCII.GetBytes(Mark), EncryptionParts.Key(1), Encoding.ASCII.GetBytes(Convert.ToBase64String(EncryptionParts.Key(1))),
            Encoding.ASCII.GetBytes(EncryptionParts.Md5Of(1)), EncryptionParts.Key(50), Encoding.ASCII.GetBytes(kmsMaterial),
        ];
        foreach (var file in Directory.GetFiles(server.DataDirectory, "*", SearchOption.AllDirectories))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            foreach (var secret in secrets)
            {
                bytes.ToArray().AsSpan().IndexOf(secret).ShouldBe(-1, $"{file} holds {Convert.ToHexString(secret)}");
            }
        }

        var log = Encoding.UTF8.GetBytes(server.Log.ToString());
        log.Length.ShouldBeGreaterThan(1000);
        foreach (var secret in secrets)
        {
            log.AsSpan().IndexOf(secret).ShouldBe(-1);
        }
    }

    private static AmazonS3Client Client(ServerProcess server) => new(
        new BasicAWSCredentials(ServerProcess.AccessKey, ServerProcess.SecretKey),
        new AmazonS3Config { ServiceURL = server.S3Url.ToString(), ForcePathStyle = true, AuthenticationRegion = ServerProcess.Region, MaxErrorRetry = 0, UseHttp = true });

    private static byte[] Content(int length)
    {
        var bytes = new byte[length];
        for (var at = 0; at < length; at += Mark.Length)
        {
            Encoding.ASCII.GetBytes(Mark).AsSpan(0, Math.Min(Mark.Length, length - at)).CopyTo(bytes.AsSpan(at));
        }

        return bytes;
    }

    private static void Customer(PutObjectRequest request)
        => (request.ServerSideEncryptionCustomerMethod, request.ServerSideEncryptionCustomerProvidedKey)
            = (ServerSideEncryptionCustomerMethod.AES256, Convert.ToBase64String(EncryptionParts.Key(1)));

    private static void Customer(GetObjectRequest request)
        => (request.ServerSideEncryptionCustomerMethod, request.ServerSideEncryptionCustomerProvidedKey)
            = (ServerSideEncryptionCustomerMethod.AES256, Convert.ToBase64String(EncryptionParts.Key(1)));

    private static async Task PutAsync(AmazonS3Client client, string key, int length, Action<PutObjectRequest> encrypt)
    {
        using var content = new MemoryStream(Content(length));
        var request = new PutObjectRequest { BucketName = Bucket, Key = key, InputStream = content };
        encrypt(request);
        await client.PutObjectAsync(request, Token);
    }

    private static async Task PutPartsAsync(AmazonS3Client client, string key)
    {
        var (method, secret) = (ServerSideEncryptionCustomerMethod.AES256, Convert.ToBase64String(EncryptionParts.Key(1)));
        var upload = await client.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = Bucket, Key = key, ServerSideEncryptionCustomerMethod = method, ServerSideEncryptionCustomerProvidedKey = secret },
            Token);
        var content = Content((5 << 20) + 1000);
        var parts = new List<PartETag>();
        foreach (var (number, bytes) in new[] { (1, content[..(5 << 20)]), (2, content[(5 << 20)..]) })
        {
            using var stream = new MemoryStream(bytes);
            var part = await client.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = Bucket,
                    Key = key,
                    UploadId = upload.UploadId,
                    PartNumber = number,
                    InputStream = stream,
                    ServerSideEncryptionCustomerMethod = method,
                    ServerSideEncryptionCustomerProvidedKey = secret,
                },
                Token);
            parts.Add(new PartETag(number, part.ETag));
        }

        await client.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest { BucketName = Bucket, Key = key, UploadId = upload.UploadId, PartETags = parts }, Token);
    }

    private static async Task<byte[]> ReadAsync(AmazonS3Client client, string key, Action<GetObjectRequest> decrypt)
    {
        var request = new GetObjectRequest { BucketName = Bucket, Key = key };
        decrypt(request);
        using var response = await client.GetObjectAsync(request, Token);
        using var content = new MemoryStream();
        await response.ResponseStream.CopyToAsync(content, Token);
        return content.ToArray();
    }
}
