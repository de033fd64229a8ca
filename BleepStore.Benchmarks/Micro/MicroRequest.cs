using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Pipeline;
using BleepStore.Api.Protocol;
using BleepStore.Benchmarks.Wire;
using BleepStore.Benchmarks.Workloads;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace BleepStore.Benchmarks.Micro;

/// <summary>Requests of the load generator, as the server's own code gets them: without a socket and at a time that stands still.</summary>
internal static class MicroRequest
{
    private const string AccessKey = "bleepstore";
    private const string Secret = "bleepstore-secret";

    private static readonly S3Endpoint Endpoint = new(new Uri("http://127.0.0.1:9000"), AccessKey, Secret, "us-east-1", "benchmark");

    public static TimeProvider Time { get; } = new StandingTime();

    public static RequestFactory Requests { get; } = new(Endpoint, Time);

    public static S3RequestParser Parser { get; } = new([]);

    public static VerifiedRequest.Verifier Verifier { get; } = new(new OneCredential(), new AuthOptions(), Time);

    /// <summary>The request as the web server hands it over.</summary>
    public static HttpContext ToContext(PreparedRequest request)
    {
        var bytes = request.Batches.SelectMany(batch => batch.Pieces).SelectMany(piece => piece).ToArray();
        var headEnd = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        var lines = Encoding.ASCII.GetString(bytes, 0, headEnd).Split("\r\n");
        var first = lines[0].Split(' ');
        var context = new DefaultHttpContext();
        context.Request.Method = first[0];
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = first[1];
        foreach (var line in lines[1..])
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            context.Request.Headers.Append(line[..colon], line[(colon + 1)..].Trim());
        }

        context.Request.Host = new HostString(Endpoint.Host);
        context.Request.Body = new MemoryStream(bytes, headEnd + 4, bytes.Length - headEnd - 4);
        return context;
    }

    /// <summary>The request, parsed but not verified.</summary>
    public static IncomingRequest ToIncoming(PreparedRequest request) => Parser.Parse(ToContext(request), "0000000000000001");

    private sealed class StandingTime : TimeProvider
    {
        private readonly DateTimeOffset _now = System.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => _now;
    }

    private sealed class OneCredential : ICredentialLookup
    {
        private readonly Credential _credential = new(AccessKey, Secret, "1", "benchmark", IsRoot: true, Active: true);

        public ValueTask<Credential?> FindAsync(string accessKey, CancellationToken cancellationToken) => ValueTask.FromResult<Credential?>(_credential);
    }
}
