using System.Net;
using System.Net.Sockets;
using System.Text;
using BleepStore.Api.Hosting;
using BleepStore.Tests.Http;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace BleepStore.Tests.Hosting;

/// <summary>Connections beyond the bound are closed, wherever they come in, and make room when they end.</summary>
public sealed class ConnectionLimitTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Endpoints_that_share_a_limit_are_bounded_together()
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var limit = new ConnectionLimit(2);
        var admitted = 0;
        var endpoints = new[] { limit.Enforce(ServeAsync), limit.Enforce(ServeAsync) };

        Task[] open = [endpoints[0](new DefaultConnectionContext()), endpoints[1](new DefaultConnectionContext())];
        Task[] late = [endpoints[0](new DefaultConnectionContext()), endpoints[1](new DefaultConnectionContext())];
        late.ShouldAllBe(connection => connection.IsCompletedSuccessfully, "both that came too late are let go at once");
        admitted.ShouldBe(2);

        end.SetResult();
        await Task.WhenAll(open);
        await endpoints[1](new DefaultConnectionContext());
        admitted.ShouldBe(3);

        Task ServeAsync(ConnectionContext connection)
        {
            admitted++;
            return end.Task;
        }
    }

    [Fact]
    public async Task A_server_that_is_full_closes_what_is_too_much_and_still_answers_its_admin()
    {
        await using var server = await TestServer.StartAsync(options => options.Set("limits.max_connections", "2"));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(Patience.Limit);
        using var first = await OpenAsync();
        using (await OpenAsync())
        {
            using var third = await RawConnection.OpenAsync(server.Endpoint, Token);
            (await ReadAsync(third, deadline.Token)).ShouldBe(0, "closed before a byte was answered");

            var admin = server.CreateAdminClient();
            using var answer = await admin.GetAsync(new Uri("/admin/scrub", UriKind.Relative), Token);
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        // The server learns of the end of a connection when it reads it: soon, and not at once.
        for (var answered = 0; answered == 0;)
        {
            deadline.IsCancellationRequested.ShouldBeFalse("a connection that ended makes room");
            using var later = await RawConnection.OpenAsync(server.Endpoint, Token);
            answered = await AskAsync(later);
        }

        async Task<RawConnection> OpenAsync()
        {
            var connection = await RawConnection.OpenAsync(server.Endpoint, Token);
            (await AskAsync(connection)).ShouldBePositive();
            return connection;
        }

        async Task<int> AskAsync(RawConnection connection)
        {
            // Kept alive: TestRequest's would end the connection.
            await connection.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {server.Endpoint.Authority}\r\n\r\n"), Token);
            return await ReadAsync(connection, deadline.Token);
        }
    }

    [Fact]
    public void A_connection_has_no_more_requests_under_way_than_are_counted_for_it()
    {
        var kestrel = new KestrelServerOptions();
        S3Kestrel.Configure(kestrel);
        kestrel.Limits.Http2.MaxStreamsPerConnection.ShouldBe(DescriptorLimit.StreamsPerConnection);
    }

    private static async Task<int> ReadAsync(RawConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.ReadAsync(new byte[1], cancellationToken);
        }
        catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return 0;
        }
    }
}
