using System.Globalization;
using System.Net.Http.Headers;
using System.Xml.Linq;
using BleepStore.Tests.Hosting;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.QueryApi;

/// <summary>What a query service answered.</summary>
/// <param name="Status">HTTP status code.</param>
/// <param name="Xml">The document.</param>
/// <param name="Text">The document as sent.</param>
internal sealed record QueryResult(int Status, XElement Xml, string Text)
{
    /// <summary>The error code; null on success.</summary>
    public string? Code => Xml.Descendants().FirstOrDefault(element => element.Name.LocalName == "Code")?.Value;

    /// <summary>Text of the first element of that name; null when there is none.</summary>
    public string? this[string name] => Xml.Descendants().FirstOrDefault(element => element.Name.LocalName == name)?.Value;

    /// <summary>Texts of all elements of that name.</summary>
    public IReadOnlyList<string> All(string name) => [.. Xml.Descendants().Where(element => element.Name.LocalName == name).Select(element => element.Value)];

    /// <summary>This answer, which must be a success.</summary>
    public QueryResult Ok()
    {
        Status.ShouldBe(200, Text);
        return this;
    }

    /// <summary>Checks that it refuses in that way.</summary>
    public void ShouldRefuse(int status, string code)
    {
        Code.ShouldBe(code, Text);
        Status.ShouldBe(status);
    }
}

/// <summary>Speaks to IAM or STS as SDKs do: a form, signed for the service, without the hash header that S3 alone knows.</summary>
internal sealed class QueryClient(TestServer server, string accessKey, string secretKey, string? token = null)
{
    private readonly HttpClient _http = server.CreateHttpClient();

    public QueryClient(TestServer server)
        : this(server, server.AccessKey, server.SecretKey)
    {
    }

    /// <summary>Changes the request after it was signed.</summary>
    public Action<TestRequest> Spoil { get; init; } = static _ => { };

    public string Region { get; init; } = "us-east-1";

    /// <summary>The clock that signatures are dated by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Sends a request to S3, signed in its header; the answer is its status and error code.</summary>
    public async Task<(int Status, string? Code)> S3Async(string method, string target, string body = "", params (string Name, string Value)[] headers)
    {
        var (status, text) = await S3AnswerAsync(method, target, body, headers);
        return (status, text.Split("<Code>") is [_, var rest] ? rest.Split('<')[0] : null);
    }

    /// <summary>The body of a successful answer of S3.</summary>
    public async Task<string> S3TextAsync(string method, string target)
    {
        var (status, text) = await S3AnswerAsync(method, target, "");
        status.ShouldBe(200, text);
        return text;
    }

    private async Task<(int Status, string Text)> S3AnswerAsync(string method, string target, string body, params (string Name, string Value)[] headers)
    {
        var request = new TestRequest(method, target, server.Endpoint.Authority).WithBody(body);
        foreach (var (name, value) in headers)
        {
            request.With(name, value);
        }

        if (token is not null)
        {
            request.With("x-amz-security-token", token);
        }

        new TestSigner(accessKey, secretKey, server.Region).SignHeader(request, Time.GetUtcNow());
        Spoil(request);
        using var answer = await SendMessageAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public Task<QueryResult> IamAsync(string action, params (string Name, string Value)[] parameters) => SendAsync("iam", "2010-05-08", action, parameters);

    public Task<QueryResult> StsAsync(string action, params (string Name, string Value)[] parameters) => SendAsync("sts", "2011-06-15", action, parameters);

    public async Task<QueryResult> SendAsync(string service, string version, string action, params (string Name, string Value)[] parameters)
    {
        var pairs = parameters.Prepend(("Version", version)).Prepend(("Action", action));
        var form = string.Join('&', pairs.Select(pair => $"{Uri.EscapeDataString(pair.Item1)}={Uri.EscapeDataString(pair.Item2)}"));
        var request = new TestRequest("POST", "/", server.Endpoint.Authority).WithBody(form);
        request.With("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        if (token is not null)
        {
            request.With("x-amz-security-token", token);
        }

        new TestSigner(accessKey, secretKey, Region) { Service = service }.SignHeader(request, Time.GetUtcNow(), payloadHash: null, "content-type");
        Spoil(request);
        return await SendAsync(request);
    }

    /// <summary>Sends a request as it is.</summary>
    public async Task<QueryResult> SendAsync(TestRequest request)
    {
        using var answer = await SendMessageAsync(request);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new QueryResult((int)answer.StatusCode, XElement.Parse(text), text);
    }

    private async Task<HttpResponseMessage> SendMessageAsync(TestRequest request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), request.Target) { Content = new ByteArrayContent(request.Body) };
        foreach (var (name, value) in request.Headers)
        {
            if (name == "Content-Type")
            {
                message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            }
            else
            {
                message.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue(name);
            }
        }

        return await _http.SendAsync(message, TestContext.Current.CancellationToken);
    }

    /// <summary>Makes a user and a key for it.</summary>
    public async Task<(string AccessKey, string Secret)> CreateUserWithKeyAsync(string name)
    {
        (await IamAsync("CreateUser", ("UserName", name))).Ok();
        var key = (await IamAsync("CreateAccessKey", ("UserName", name))).Ok();
        return (key["AccessKeyId"]!, key["SecretAccessKey"]!);
    }

    /// <summary>A policy document that allows actions on everything.</summary>
    public static string Allow(params string[] actions) => Policy("Allow", actions);

    /// <summary>A document that lets a principal take a role on.</summary>
    public static string Trust(string principal)
        => $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"{{principal}}"},"Action":"sts:AssumeRole"}]}""";

    /// <summary>A policy document with one statement on everything.</summary>
    public static string Policy(string effect, params string[] actions) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"Version":"2012-10-17","Statement":[{"Effect":"{{effect}}","Action":["{{string.Join("\",\"", actions)}}"],"Resource":"*"}]}""");
}
