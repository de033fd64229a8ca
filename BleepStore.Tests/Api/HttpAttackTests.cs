using System.Globalization;
using System.Net.Sockets;
using System.Text;
using BleepStore.Tests.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace BleepStore.Tests.Api;

/// <summary>What can be done with HTTP itself: framing that lies, headers that break answers, clients that stop.</summary>
[Collection(nameof(Alone))]
public sealed class HttpAttackTests : IAsyncLifetime
{
    private readonly AttackHost _attack = new(TestEngines.Durable);

    public async ValueTask InitializeAsync()
    {
        await _attack.InitializeAsync();
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/http");
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/http/key", "0123456789");
    }

    public async ValueTask DisposeAsync()
    {
        _attack.LoggedErrors.ShouldBeEmpty();
        await _attack.DisposeAsync();
    }

    [Theory]
    [InlineData("Content-Length: 5\r\nContent-Length: 6\r\n", "hello")]
    [InlineData("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")]
    [InlineData("Content-Length: 5, 6\r\n", "hello")]
    [InlineData("Content-Length: -1\r\n", "")]
    [InlineData("Content-Length: +5\r\n", "hello")]
    [InlineData("Content-Length: 5x\r\n", "hello")]
    [InlineData("Content-Length: 99999999999999999999\r\n", "hello")]
    [InlineData("Content-Length: 99999999999999999999999999\r\n", "hello")]
    [InlineData("Content-Length: 0x5\r\n", "hello")]
    [InlineData("Transfer-Encoding: gzip\r\n", "hello")]
    [InlineData("Transfer-Encoding: chunked, gzip\r\n", "hello")]
    [InlineData("Transfer-Encoding: xchunked\r\n", "hello")]
    [InlineData("Transfer-Encoding: chunked\r\n", "hello")]
    [InlineData("Transfer-Encoding: chunked\r\n", "5\r\nhel")]
    [InlineData("Transfer-Encoding: chunked\r\n", "-5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n", "ffffffffffffffff1\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n", "5\r\nhelloX0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nx-amz-decoded-content-length: 6\r\n", "5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nx-amz-decoded-content-length: 4\r\n", "5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 5\r\nBad Header: x\r\n", "hello")]
    [InlineData("Content-Length: 5\r\nNo colon\r\n", "hello")]
    [InlineData("Content-Length: 5\r\nx-amz-meta-a: \0\r\n", "hello")]
    [InlineData("Content-Length: 5\r\nx-amz-meta-a: \u0001\r\n", "hello")]
    [InlineData("Content-Length: 5\r\nContent-Type: a\u0001b\r\n", "hello")]
    [InlineData("Content-Length: 5\r\nCache-Control: a\u007Fb\r\n", "hello")]
    [InlineData("Content-Length: 5\r\n folded: header\r\n", "hello")]
    public async Task A_request_whose_framing_or_headers_are_broken_stores_nothing(string headers, string body)
    {
        await PublicAsync();
        var before = await _attack.PictureAsync();
        var answer = await RawClient.SendAsync(_attack.Host.Endpoint, Raw("PUT /http/new", headers, body), AttackHost.Cancellation, halfClose: true);
        answer.Status.ShouldBeOneOf(0, 400, 411, 501);
        (await _attack.PictureAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_length_of_more_digits_than_any_number_has_is_answered()
    {
        var answer = await RawClient.SendAsync(
            _attack.Host.Endpoint, Raw("PUT /http/new", "Content-Length: 99999999999999999999999999\r\n", ""), AttackHost.Cancellation);
        answer.Status.ShouldBe(400);
    }

    [Fact]
    public async Task Both_lengths_at_once_are_refused_or_the_second_request_is_not_smuggled()
    {
        await PublicAsync();
        var before = await _attack.PictureAsync();
        var smuggled = "DELETE /http/key HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";
        var body = $"0\r\n\r\n{smuggled}";
        var request = Encoding.ASCII.GetBytes(
            $"GET /http/key HTTP/1.1\r\nHost: h\r\nContent-Length: {body.Length}\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
        var answer = await RawClient.SendAsync(_attack.Host.Endpoint, request, AttackHost.Cancellation, halfClose: true);
        answer.Status.ShouldBeOneOf(0, 200, 400, 403);
        (await _attack.PictureAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_huge_length_without_a_body_costs_nothing()
    {
        await PublicAsync();
        var before = await _attack.PictureAsync();
        foreach (var length in (long[])[1L << 30, 5L << 30])
        {
            var allocated = GC.GetTotalAllocatedBytes(precise: true);
            var answer = await RawClient.SendAsync(
                _attack.Host.Endpoint, Raw("PUT /http/new", $"Content-Length: {length}\r\n", "few bytes"), AttackHost.Cancellation, halfClose: true);
            answer.Status.ShouldBeOneOf(0, 400);
            (GC.GetTotalAllocatedBytes(precise: true) - allocated).ShouldBeLessThan(16 << 20);
        }

        (await _attack.CallAsync(null, new TestRequest("PUT", "/http/new", _attack.Host.Endpoint.Authority)
            .With("Content-Length", ((5L << 30) + 1).ToString(CultureInfo.InvariantCulture)))).Outcome.ShouldBe("400 EntityTooLarge");
        (await _attack.PictureAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Headers_and_request_lines_without_end_are_cut_off()
    {
        var long100K = new string('a', 100_000);
        foreach (var request in (byte[][])
            [
                Raw("GET /http/key", $"x-long: {long100K}\r\n", ""),
                Raw("GET /http/key", string.Concat(Enumerable.Range(0, 5000).Select(i => $"x-{i}: {i}\r\n")), ""),
                Raw($"GET /http/{long100K}", "", ""),
                Raw($"GET /http/key?{long100K}", "", ""),
                Raw($"GET /http/key?{string.Concat(Enumerable.Repeat("a&", 20_000))}", "", ""),
            ])
        {
            (await _attack.SendAsync(request)).Status.ShouldBeOneOf(0, 400, 414, 431);
        }
    }

    [Fact]
    public async Task A_body_where_none_belongs_changes_nothing()
    {
        (await _attack.MustAsync(S3TestHost.Alice, "GET", "/http/key", "a body on GET")).Text.ShouldBe("0123456789");
        (await _attack.MustAsync(S3TestHost.Alice, "HEAD", "/http/key", "a body on HEAD")).Body.ShouldBeEmpty();
        (await _attack.MustAsync(S3TestHost.Alice, "GET", "/http", "<Delete><Object><Key>key</Key></Object></Delete>")).Element("Key").ShouldBe("key");
        await _attack.MustAsync(S3TestHost.Alice, "DELETE", "/http/absent", "a body on DELETE");
    }

    [Theory]
    [InlineData("bytes=0-3", 206, "0123")]
    [InlineData("bytes=-3", 206, "789")]
    [InlineData("bytes=8-", 206, "89")]
    [InlineData("bytes=5-100000", 206, "56789")]
    [InlineData("bytes=0-9223372036854775807", 206, "0123456789")]
    [InlineData("bytes=0-99999999999999999999999999", 206, "0123456789")]
    [InlineData("bytes=-99999999999999999999999999", 206, "0123456789")]
    [InlineData("bytes=10-", 416, null)]
    [InlineData("bytes=99999999999999999999-", 416, null)]
    [InlineData("bytes=9223372036854775807-9223372036854775807", 416, null)]
    [InlineData("bytes=-0", 416, null)]
    [InlineData("bytes=3-1", 200, "0123456789")]
    [InlineData("bytes=", 200, "0123456789")]
    [InlineData("bytes=-", 200, "0123456789")]
    [InlineData("bytes=--1", 200, "0123456789")]
    [InlineData("bytes=a-b", 200, "0123456789")]
    [InlineData("bytes=0x0-0x3", 200, "0123456789")]
    [InlineData("items=0-3", 200, "0123456789")]
    [InlineData("0-3", 200, "0123456789")]
    [InlineData("bytes=0-1,2-3", 200, "0123456789")]
    public async Task A_range_is_taken_or_ignored_and_never_overflows(string range, int status, string? content)
    {
        var answer = await _attack.CallAsync(S3TestHost.Alice, "GET", "/http/key", "", ("Range", range));
        answer.Status.ShouldBe(status, answer.Text);
        if (content is not null)
        {
            answer.Text.ShouldBe(content);
        }
        else
        {
            answer.Code.ShouldBe("InvalidRange");
            answer.Element("ActualObjectSize").ShouldBe("10");
        }
    }

    [Fact]
    public async Task A_bomb_of_ranges_sends_the_object_once()
    {
        var bomb = "bytes=" + string.Join(',', Enumerable.Range(0, 3000).Select(i => $"{i % 10}-"));
        var answer = await _attack.CallAsync(S3TestHost.Alice, "GET", "/http/key", "", ("Range", bomb));
        answer.Text.ShouldBe("0123456789");
        var twice = await _attack.CallAsync(S3TestHost.Alice, "GET", "/http/key", "", ("Range", "bytes=0-1"), ("Range", "bytes=2-3"));
        twice.Text.ShouldBe("0123456789");
    }

    [Theory]
    [InlineData("response-content-type")]
    [InlineData("response-content-disposition")]
    [InlineData("response-content-language")]
    [InlineData("response-content-encoding")]
    [InlineData("response-cache-control")]
    [InlineData("response-expires")]
    public async Task An_answer_cannot_be_split_by_a_response_parameter(string parameter)
    {
        foreach (var value in (string[])["%0D%0ASet-Cookie:%20a=b", "%0A%0Abody", "a%0Db", "%00", "%01", "%7F", "a%0D%0A%20folded"])
        {
            foreach (var method in (string[])["GET", "HEAD"])
            {
                var answer = await _attack.CallAsync(S3TestHost.Alice, method, $"/http/key?{parameter}={value}");
                answer.Status.ShouldBe(400, $"{method} {value}");
                answer.Header("Set-Cookie").ShouldBeNull();
                if (method == "GET")
                {
                    answer.Code.ShouldBe("InvalidArgument");
                }
            }
        }

        var good = await _attack.MustAsync(S3TestHost.Alice, "GET", $"/http/key?{parameter}=gr%C3%BC%C3%9Fe%20%E2%82%AC");
        good.Header(parameter["response-".Length..]).ShouldBe("gr\u00FC\u00DFe \u20AC");
        (await _attack.CallAsync(null, "GET", $"/http/key?{parameter}=a")).Outcome.ShouldBe("400 InvalidRequest", "of nobody, whatever the object's rights are");
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/http/key?acl", "", ("x-amz-acl", "public-read"));
        (await _attack.CallAsync(null, "GET", $"/http/key?{parameter}=a")).Outcome.ShouldBe("400 InvalidRequest");
    }

    [Theory]
    [InlineData("x-amz-meta-a", "%0D%0ASet-Cookie:%20a=b")]
    [InlineData("x-amz-meta-a", "a%0Ab")]
    [InlineData("x-amz-meta-a", "%00")]
    [InlineData("x-amz-meta-a%0D%0ASet-Cookie:", "a")]
    [InlineData("x-amz-meta-a%20b", "a")]
    [InlineData("x-amz-meta-%C3%BC", "a")]
    [InlineData("x-amz-meta-a:b", "a")]
    [InlineData("x-amz-meta-", "a%0Ab")]
    public async Task An_answer_cannot_be_split_by_metadata_of_a_presigned_url(string name, string value)
    {
        var before = await _attack.PictureAsync();
        foreach (var (method, target) in ((string, string)[])[("PUT", "/http/new"), ("POST", "/http/new?uploads")])
        {
            var request = _attack.New(method, target).WithQuery($"{name}={value}").WithBody("content");
            AttackHost.Signer(S3TestHost.Alice).Presign(request, AttackHost.Now);
            (await _attack.SendAsync(request)).Outcome.ShouldBe("400 InvalidArgument");
        }

        (await _attack.PictureAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Metadata_comes_back_as_it_was_sent_and_nothing_else_with_it()
    {
        await _attack.MustAsync(
            S3TestHost.Alice, "PUT", "/http/meta", "content", ("x-amz-meta-plain", "a b"), ("X-Amz-Meta-Upper", "X"), ("x-amz-meta-text", "gr\u00FC\u00DFe \u20AC"),
            ("x-amz-meta-tab", "a\tb"), ("Content-Type", "text/html; charset=utf-8"), ("x-amz-request-id", "forged"), ("Set-Cookie", "a=b"), ("Server", "forged"));
        var answer = await _attack.MustAsync(S3TestHost.Alice, "GET", "/http/meta");
        answer.Header("x-amz-meta-plain").ShouldBe("a b");
        answer.Header("x-amz-meta-upper").ShouldBe("X");
        answer.Header("x-amz-meta-text").ShouldBe("=?UTF-8?B?Z3LDvMOfZSDigqw=?=");
        answer.Header("Content-Type").ShouldBe("text/html; charset=utf-8");
        answer.Header("Set-Cookie").ShouldBeNull();
        answer.Header("Server").ShouldBe("BleepStore");
        answer.Header("x-amz-request-id").ShouldNotBe("forged");
    }

    [Fact]
    public async Task An_encoded_word_cannot_split_an_answer()
    {
        var word = $"=?UTF-8?B?{Convert.ToBase64String("a\r\nSet-Cookie: a=b"u8)}?=";
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/http/word", "content", ("x-amz-meta-a", word), ("x-amz-meta-b", "=?UTF-8?Q?=0D=0ASet-Cookie:_a=3Db?="));
        var answer = await _attack.MustAsync(S3TestHost.Alice, "GET", "/http/word");
        answer.Header("Set-Cookie").ShouldBeNull();
        answer.Header("x-amz-meta-a").ShouldBe(word);
    }

    [Fact]
    public async Task Clients_that_go_away_in_the_middle_leave_nothing()
    {
        await PublicAsync();
        var before = await _attack.PictureAsync();
        var half = new byte[200_000];
        foreach (var target in (string[])["/http/new", "/http/key", "/http/other?x-id=PutObject"])
        {
            using (var socket = await RawClient.ConnectAsync(_attack.Host.Endpoint, AttackHost.Cancellation))
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
                await socket.SendAsync(Raw($"PUT {target}", "Content-Length: 400000\r\n", ""), AttackHost.Cancellation);
                await socket.SendAsync(half, AttackHost.Cancellation);
            }

            var shut = Raw($"PUT {target}", "Content-Length: 400000\r\n", Encoding.ASCII.GetString(half));
            (await RawClient.SendAsync(_attack.Host.Endpoint, shut, AttackHost.Cancellation, halfClose: true)).Status.ShouldBeOneOf(0, 400);
        }

        (await _attack.PictureAsync()).ShouldBe(before);
        (await _attack.MustAsync(S3TestHost.Alice, "GET", "/http/key")).Text.ShouldBe("0123456789");
    }

    [Fact]
    public async Task A_sender_that_hardly_sends_is_given_up()
    {
        await using var slow = await S3TestHost.StartAsync(configure: services => services.Configure<KestrelServerOptions>(
            options => options.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1000, gracePeriod: TimeSpan.FromSeconds(1.5))));
        var signer = AttackHost.Signer(S3TestHost.Alice);
        var make = new TestRequest("PUT", "/slow", slow.Endpoint.Authority);
        signer.SignHeader(make, AttackHost.Now);
        (await RawClient.SendAsync(slow.Endpoint, make.ToBytes(), AttackHost.Cancellation)).Status.ShouldBe(200);
        var put = new TestRequest("PUT", "/slow/key", slow.Endpoint.Authority).With("Content-Length", "1000000");
        signer.SignHeader(put, AttackHost.Now, TestSigner.UnsignedPayload);
        var answer = await RawClient.SendAsync(slow.Endpoint, put.ToBytes(), AttackHost.Cancellation);
        answer.Outcome.ShouldBe("400 RequestTimeout");
    }

    [Fact]
    public async Task A_client_that_asks_first_is_refused_before_it_sends()
    {
        var request = _attack.New("PUT", "/http/new").With("Expect", "100-continue").With("Content-Length", "100000000");
        (await _attack.SendAsync(request)).Outcome.ShouldBe("403 AccessDenied");
        var signed = _attack.New("PUT", "/http/key").With("Expect", "100-continue").With("Content-Length", "100000000").With("If-None-Match", "*");
        AttackHost.Signer(S3TestHost.Alice).SignHeader(signed, AttackHost.Now, TestSigner.UnsignedPayload);
        (await _attack.SendAsync(signed)).Outcome.ShouldBe("412 PreconditionFailed");
    }

    private async Task PublicAsync() => await _attack.MustAsync(S3TestHost.Alice, "PUT", "/http?acl", "", ("x-amz-acl", "public-read-write"));

    private static byte[] Raw(string line, string headers, string body)
        => Encoding.UTF8.GetBytes($"{line} HTTP/1.1\r\nHost: h\r\n{headers}Connection: close\r\n\r\n{body}");
}
