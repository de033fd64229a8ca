using System.Net.Sockets;
using System.Text;
using BleepStore.Tests.Hosting;

namespace BleepStore.Tests.QueryApi;

/// <summary>Forms for IAM and STS that are none, and such that are not for them.</summary>
public sealed class QueryBodyTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Transfer-Encoding: chunked", "zz\r\nAction=ListUsers\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked", "5\r\nAction=ListUsers")]
    public async Task A_body_whose_framing_is_broken_is_the_clients_fault(string header, string body)
    {
        await using var server = await TestServer.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(server.Endpoint.Host, server.Endpoint.Port, Cancellation);
        var stream = client.GetStream();
        var request = $"POST / HTTP/1.1\r\nHost: {server.Endpoint.Authority}\r\nContent-Type: application/x-www-form-urlencoded\r\n{header}\r\nConnection: close\r\n\r\n{body}";
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), Cancellation);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var answer = await reader.ReadToEndAsync(Cancellation);
        answer.ShouldStartWith("HTTP/1.1 400 ");
        answer.ShouldContain("<Code>MalformedInput</Code>");
    }

    [Fact]
    public async Task A_form_posted_to_a_website_is_not_taken_for_one_of_theirs()
    {
        await using var server = await TestServer.StartAsync(options => options.Set("server.website_domains.0", "web.test"));
        using var message = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new FormUrlEncodedContent([KeyValuePair.Create("Action", "GetCallerIdentity")]) };
        message.Headers.Host = "some-bucket.web.test";
        using var http = server.CreateHttpClient();
        using var answer = await http.SendAsync(message, Cancellation);
        ((int)answer.StatusCode).ShouldBe(405);
        answer.Headers.GetValues("x-amz-error-code").ShouldBe(["MethodNotAllowed"]);
    }
}
