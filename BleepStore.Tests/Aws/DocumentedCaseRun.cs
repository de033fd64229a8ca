using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using BleepStore.Api.Auth;
using BleepStore.Tests.Api;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Aws;

/// <summary>Sends the requests of a case and holds every answer against its page.</summary>
internal sealed class DocumentedCaseRun(S3TestHost host, DocumentedCase documented)
{
    private const string S3Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    private readonly DocumentedValues _values = new(host.Endpoint.Authority);

    public async Task RunAsync()
    {
        var first = new TestRequest("PUT", $"/{_values["bucket"]}", host.Endpoint.Authority);
        (await SendAsync("root", first)).Status.ShouldBe(200);
        foreach (var exchange in documented.Exchanges)
        {
            var request = new TestRequest(exchange.Method, _values.Expand(exchange.Target, []), host.Endpoint.Authority);
            request.Body = Encoding.UTF8.GetBytes(_values.Expand(exchange.Body, []));
            foreach (var (name, value) in exchange.Headers)
            {
                if (name.Equals("Host", StringComparison.OrdinalIgnoreCase))
                {
                    request.Host = _values.Expand(value, request.Body);
                }
                else
                {
                    request.With(name, _values.Expand(value, request.Body));
                }
            }

            AddDigest(request);

            var response = await SendAsync(exchange.Caller, request);
            var text = $"{documented.Page}\n{request.Method} {request.Target}\n=> {response.Status}\n{string.Join('\n', response.Headers.Select(header => $"{header.Key}: {header.Value}"))}\n\n{Shorten(response.Text)}";
            Check(exchange.Expected, request, response, text);
        }
    }

    private async Task<RawResponse> SendAsync(string caller, TestRequest request)
    {
        var now = TimeProvider.System.GetUtcNow();
        if (caller == "form")
        {
            MakeForm(request, now);
        }

        var who = caller switch
        {
            "alice" => S3TestHost.Alice,
            "bob" => S3TestHost.Bob,
            "anonymous" or "form" => null,
            _ => S3TestHost.Root,
        };
        Sign(caller, who, request, now);
        return await RawConnection.SendAsync(host.Endpoint, request, TestContext.Current.CancellationToken);
    }

    /// <summary>Every SDK sends the digest of a document, and S3 demands it of many: a case leaves it out by saying none.</summary>
    private static void AddDigest(TestRequest request)
    {
        if (request.Body is [(byte)'<', ..] && !request.Headers.Any(header => header.Key.StartsWith("x-amz-checksum-", StringComparison.OrdinalIgnoreCase)))
        {
            request.Set("Content-MD5", request.Header("Content-MD5") ?? Convert.ToBase64String(MD5.HashData(request.Body)));
        }

        if (request.Header("Content-MD5") == "{none}")
        {
            request.Remove("Content-MD5");
        }
    }

    /// <summary>Makes a form of lines <c>name=value</c>, signed by the root where one of them is the policy.</summary>
    private static void MakeForm(TestRequest request, DateTimeOffset now)
    {
        var form = new TestForm();
        foreach (var (name, value) in Encoding.UTF8.GetString(request.Body).Split('\n').Select(line => line.Split('=', 2)).Select(pair => (pair[0], pair[1])))
        {
            _ = name switch
            {
                "file" => form.WithFile(value),
                "policy" => form.Sign(TestBucket.Signer(), value, now),
                _ => form.With(name, value),
            };
        }

        form.WriteTo(request);
    }

    private static void Sign(string caller, Credential? who, TestRequest request, DateTimeOffset now)
    {
        if (who is null || request.Method == "OPTIONS")
        {
            return;
        }

        var signer = new TestSigner(who.AccessKey, who.Secret);
        if (caller == "presigned")
        {
            signer.Presign(request, now, alsoSign: [.. request.Headers.Select(header => header.Key.ToLowerInvariant()).Where(name => name.StartsWith("x-amz-", StringComparison.Ordinal))]);
        }
        else
        {
            signer.SignHeader(request, now);
        }
    }

    private void Check(DocumentedAnswer? expected, TestRequest request, RawResponse response, string text)
    {
        CheckCommon(response, request, text);
        if (expected is null)
        {
            (response.Status / 100).ShouldBe(2, text);
            return;
        }

        response.Status.ShouldBe(expected.Status, text);
        (request.Method == "HEAD" ? null : response.ErrorCode).ShouldBe(request.Method == "HEAD" ? null : expected.Code, text);
        foreach (var (name, value) in expected.Headers)
        {
            var actual = response.Header(name);
            if (value == "{none}")
            {
                actual.ShouldBeNull($"{name}\n{text}");
            }
            else
            {
                _values.Matches(value, actual ?? "{none}", request.Body).ShouldBeTrue($"{name}: {_values.Expand(value, request.Body)} was expected, {actual ?? "none"} came\n{text}");
            }
        }

        foreach (var (path, value) in expected.Elements)
        {
            CheckElement(path, value, request, response, text);
        }

        if (expected.Body is { } body)
        {
            CheckBody(body, request, response, text);
        }
    }

    /// <summary>What holds for every answer of S3, whatever was asked.</summary>
    private static void CheckCommon(RawResponse response, TestRequest request, string text)
    {
        response.IsWhole.ShouldBeTrue(text);
        response.Header("x-amz-request-id").ShouldNotBeNull(text).Length.ShouldBe(16, text);
        response.Header("x-amz-id-2").ShouldNotBeNullOrEmpty(text);
        response.Header("Date").ShouldNotBeNull(text).ShouldEndWith("GMT", Case.Sensitive, text);
        if (request.Method == "HEAD" || response.Status is 204 or 304)
        {
            response.Body.ShouldBeEmpty(text);
        }
        else if (response.Status >= 300 && response.ErrorCode is not null)
        {
            response.Header("Content-Type").ShouldBe("application/xml", text);
            response.Element("RequestId").ShouldBe(response.Header("x-amz-request-id"), text);
            response.Element("HostId").ShouldBe(response.Header("x-amz-id-2"), text);
            response.Element("Message").ShouldNotBeNull(text);
            response.Xml.Name.NamespaceName.ShouldBe("", text);
        }
    }

    private void CheckElement(string path, string value, TestRequest request, RawResponse response, string text)
    {
        IEnumerable<XElement> found = [response.Xml];
        foreach (var name in path.Split('/'))
        {
            found = found.SelectMany(element => element.Elements()).Where(element => element.Name.LocalName == name);
        }

        var values = found.Select(element => element.Value).ToList();
        if (value == "{none}")
        {
            values.ShouldBeEmpty($"{path}\n{text}");
            return;
        }

        values.Any(actual => _values.Matches(value, actual, request.Body)).ShouldBeTrue($"{path} = {_values.Expand(value, request.Body)} was expected, {string.Join(" | ", values)} came\n{text}");
    }

    private void CheckBody(string body, TestRequest request, RawResponse response, string text)
    {
        if (!body.StartsWith('<'))
        {
            _values.Matches(body, response.Text, request.Body).ShouldBeTrue($"{Shorten(_values.Expand(body, request.Body))} was expected\n{text}");
            return;
        }

        response.Header("Content-Type").ShouldBe("application/xml", text);
        response.Text.ShouldStartWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", Case.Insensitive, text);
        var actual = response.Xml;
        actual.DescendantsAndSelf().Select(element => element.Name.NamespaceName).Distinct().ShouldBe([S3Namespace], text);
        DocumentedXml.FindDifference(XElement.Parse(body), actual, (expected, found) => _values.Matches(expected, found, request.Body)).ShouldBeNull(text);
    }

    private static string Shorten(string text)
        => text.Length <= 4000 ? text : string.Create(CultureInfo.InvariantCulture, $"{text[..200]} … ({text.Length} characters)");
}
