using System.Globalization;
using System.Security.Cryptography;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>Thousands of names at once, all different or all the same, wherever a request can carry names: answered soon, and refused where they are too many.</summary>
[Collection(nameof(Alone))]
public sealed class HashFloodTests : IAsyncLifetime
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(3);

    private readonly AttackHost _attack = new();

    public async ValueTask InitializeAsync()
    {
        await _attack.InitializeAsync();
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/flood");
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/flood/key", "content");
    }

    public async ValueTask DisposeAsync()
    {
        _attack.LoggedErrors.ShouldBeEmpty();
        await _attack.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_flood_of_query_parameters_is_answered_soon(bool isSame)
    {
        var query = string.Join('&', Names(2000, isSame, "p").Select(name => name + "=1"));
        (await SoonAsync(_attack.New("GET", "/flood?" + query))).Status.ShouldBe(200);
        (await SoonAsync(_attack.New("GET", "/flood/key?" + query))).Status.ShouldBe(200);
        (await SoonAsync(_attack.New("PUT", "/flood/new?" + string.Join('&', Names(2000, isSame, "p"))))).Outcome.ShouldBe("501 NotImplemented");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_flood_of_headers_is_answered_soon(bool isSame)
    {
        var metadata = _attack.New("PUT", "/flood/metadata");
        foreach (var name in Names(150, isSame, "x-amz-meta-" + new string('a', 20)))
        {
            metadata.With(name, "1");
        }

        (await SoonAsync(metadata)).Outcome.ShouldBe(isSame ? "200" : "400 MetadataTooLarge");
        var many = _attack.New("GET", "/flood/key");
        foreach (var name in Names(2000, isSame, "x-h"))
        {
            many.With(name, "1");
        }

        (await SoonAsync(many)).Status.ShouldBeOneOf(0, 431);
    }

    [Theory]
    [InlineData("PUT", "/flood/key?tagging", "Tagging", "<TagSet>", "<Tag><Key>NAME</Key><Value/></Tag>", "</TagSet>", 1200, "400 BadRequest")]
    [InlineData("PUT", "/flood?tagging", "Tagging", "<TagSet>", "<Tag><Key>NAME</Key><Value/></Tag>", "</TagSet>", 1200, "400 BadRequest")]
    [InlineData("PUT", "/flooded", "CreateBucketConfiguration", "<Tags>", "<Tag><Key>NAME</Key><Value/></Tag>", "</Tags>", 1200, "400 BadRequest")]
    [InlineData("PUT", "/flood/key?tagging", "Tagging", "", "<NAME/>", "", 5000, "400 MalformedXML")]
    [InlineData("POST", "/flood?delete", "Delete", "", "<Object><Key>NAME</Key></Object>", "", 40_000, "400 MalformedXML")]
    [InlineData("POST", "/flood?delete", "Delete", "", "<NAME/>", "", 100_000, "400 MalformedXML")]
    [InlineData("PUT", "/flood?cors", "CORSConfiguration", "", "<CORSRule><ID>NAME</ID><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>", "", 500, "400 InvalidRequest")]
    [InlineData("PUT", "/flood?acl", "AccessControlPolicy", "<Owner><ID>alice</ID></Owner><AccessControlList>", "<NAME/>", "</AccessControlList>", 5000, "400 MalformedACLError")]
    public async Task A_flood_of_elements_is_refused_soon(
        string method, string target, string root, string before, string element, string after, int count, string expected)
    {
        foreach (var isSame in new[] { true, false })
        {
            var elements = string.Concat(Names(count, isSame, "n").Select(name => element.Replace("NAME", name, StringComparison.Ordinal)));
            var request = _attack.New(method, target).WithBody($"<{root}>{before}{elements}{after}</{root}>");
            request.With("Content-MD5", Convert.ToBase64String(MD5.HashData(request.Body)));
            (await SoonAsync(request)).Outcome.ShouldBe(expected, isSame.ToString());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_flood_of_attributes_is_refused_soon(bool isSame)
    {
        var attributes = string.Join(' ', Names(8000, isSame, "a").Select(name => name + "=\"\""));
        var request = _attack.New("PUT", "/flood/key?tagging").WithBody($"<Tagging {attributes[..Math.Min(attributes.Length, 60_000)].TrimEnd('"', '=')}=\"\"><TagSet/></Tagging>");
        (await SoonAsync(request)).Outcome.ShouldBe("400 MalformedXML");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_flood_of_tags_in_a_header_is_refused_soon(bool isSame)
    {
        var tags = string.Join('&', Names(3000, isSame, "t").Select(name => name + "=1"));
        (await SoonAsync(_attack.New("PUT", "/flood/tagged").With("x-amz-tagging", tags))).Outcome.ShouldBe(isSame ? "400 InvalidArgument" : "400 BadRequest");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_flood_of_form_fields_is_refused_soon(bool isSame)
    {
        var form = new TestForm().With("key", "k");
        foreach (var name in Names(20_000, isSame, "x-ignore-"))
        {
            form.With(name, "1");
        }

        var before = Environment.CpuUsage.TotalTime;
        var answer = await _attack.SendAsync(form.WithFile("x").WriteTo(_attack.New("POST", "/flood")));
        answer.Outcome.ShouldBe("400 MaxPostPreDataLengthExceededError");
        (Environment.CpuUsage.TotalTime - before).ShouldBeLessThan(s_soon);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_flood_of_members_in_a_policy_is_refused_soon(bool isSame)
    {
        var members = string.Join(',', Names(1200, isSame, "m").Select(name => $"\"{name}\":\"x\""));
        (await SoonAsync(_attack.New("PUT", "/flood?policy").WithBody($"{{\"Version\":\"2012-10-17\",{members},\"Statement\":[]}}"))).Outcome.ShouldBe("400 MalformedPolicy");
    }

    private static IEnumerable<string> Names(int count, bool isSame, string prefix)
        => Enumerable.Range(0, count).Select(number => isSame ? prefix : prefix + number.ToString(CultureInfo.InvariantCulture));

    private async Task<RawAnswer> SoonAsync(TestRequest request)
    {
        var before = Environment.CpuUsage.TotalTime;
        var answer = await _attack.CallAsync(S3TestHost.Alice, request);
        (Environment.CpuUsage.TotalTime - before).ShouldBeLessThan(s_soon, request.Method + " " + request.RawPath);
        return answer;
    }
}
