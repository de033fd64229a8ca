using System.Text;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>A body that is held back until another object stands under the key: what was authorised is not done to what came meanwhile.</summary>
public sealed class StalledChangeTests(MemoryApiHost fixture) : IClassFixture<MemoryApiHost>
{
    private const string Tagging = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>";
    private const string Acl = "<AccessControlPolicy><Owner><ID>bleepstore</ID></Owner><AccessControlList><Grant>"
        + "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Group\"><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee>"
        + "<Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>";

    [Theory]
    [InlineData("tagging", Tagging, false)]
    [InlineData("tagging", Tagging, true)]
    [InlineData("acl", Acl, false)]
    [InlineData("acl", Acl, true)]
    public async Task A_stalled_document_does_not_reach_the_object_that_came_meanwhile(string what, string document, bool isReplaced)
    {
        var token = TestContext.Current.CancellationToken;
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "first");
        var request = bucket.Request("PUT", "key", what);
        request.Body = Encoding.UTF8.GetBytes(document);
        TestBucket.Signer().SignHeader(request, TimeProvider.System.GetUtcNow());
        request.With("Expect", "100-continue");
        var bytes = request.ToBytes();
        var head = bytes.Length - request.Body.Length;
        using var connection = await RawConnection.OpenAsync(fixture.Host.Endpoint, token);
        await connection.WriteAsync(bytes.AsMemory(0, head), token);

        // The server asks for the body only when it has authorised the request.
        Encoding.ASCII.GetString(await connection.ReadUntilAsync("\r\n\r\n"u8.ToArray(), token)).ShouldStartWith("HTTP/1.1 100");
        if (isReplaced)
        {
            (await bucket.PutAsync("key", "second")).Status.ShouldBe(200);
        }

        await connection.WriteAsync(bytes.AsMemory(head), token);
        var answer = await connection.ReadResponseAsync("PUT", token);
        (answer.Status, answer.ErrorCode).ShouldBe(isReplaced ? (409, "OperationAborted") : (200, null));
        var (tags, acl) = ((await bucket.SendAsync("GET", "key", "tagging", null)).Text, (await bucket.SendAsync("GET", "key", "acl", null)).Text);
        (tags.Contains("<Key>a</Key>", StringComparison.Ordinal) || acl.Contains("AllUsers", StringComparison.Ordinal)).ShouldBe(!isReplaced);
    }
}
