using System.Text.Json;
using BleepStore.Api.Auth;
using BleepStore.Api.Protocol;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Auth;

/// <summary>Requests that boto3 signed, kept as they were sent: both versions, in the header and presigned.</summary>
public sealed class BotocoreSignatureTests
{
    private static readonly JsonElement[] Vectors = JsonSerializer.Deserialize<JsonElement[]>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Auth", "Golden", "botocore-1.43.11.json")))!;

    public static TheoryData<string> Names => [.. Vectors.Select(vector => vector.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_request_of_boto3_verifies_and_another_key_does_not(string name)
    {
        var vector = Vectors.Single(vector => vector.GetProperty("name").GetString() == name);
        var fixture = new VerifierFixture(SignatureV2Mode.All);
        fixture.Clock.Set(DateTimeOffset.FromUnixTimeSeconds(vector.GetProperty("now").GetInt64()));
        var request = new TestRequest(vector.GetProperty("method").GetString()!, vector.GetProperty("target").GetString()!);
        foreach (var header in vector.GetProperty("headers").EnumerateArray())
        {
            request.With(header[0].GetString()!, header[1].GetString()!);
        }

        var verified = await fixture.VerifyAsync(request);
        verified.IsPresigned.ShouldBe(name.StartsWith("presigned", StringComparison.Ordinal));
        verified.Caller.ShouldBeOfType<Caller.Account>().AccessKey.ShouldBe(VerifierFixture.AccessKey);

        request.Target = request.Target.Insert("/bucket".Length, "2");
        await fixture.RefuseAsync(request, S3Errors.SignatureDoesNotMatch);
    }
}
