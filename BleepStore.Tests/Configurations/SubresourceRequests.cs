using System.Security.Cryptography;
using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Tests.Api;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Configurations;

/// <summary>The requests that the tests of bucket configurations make: a document with its Content-MD5, and without one.</summary>
internal static class SubresourceRequests
{
    private const string Namespace = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

    /// <summary>Puts a document under a subresource.</summary>
    public static Task<RawResponse> PutDocumentAsync(this TestBucket bucket, string subresource, string document, Credential? who = null)
    {
        var body = Encoding.UTF8.GetBytes(document);
        var request = bucket.Request("PUT", query: subresource).With("Content-MD5", Convert.ToBase64String(MD5.HashData(body)));
        request.Body = body;
        return bucket.SendAsync(request, who);
    }

    public static Task<RawResponse> GetDocumentAsync(this TestBucket bucket, string subresource, Credential? who = null)
        => bucket.SendAsync(bucket.Request("GET", query: subresource), who);

    public static Task<RawResponse> DeleteDocumentAsync(this TestBucket bucket, string subresource, Credential? who = null)
        => bucket.SendAsync(bucket.Request("DELETE", query: subresource), who);

    /// <summary>What is inside the XML declaration, with S3's namespace left out: what a test compares documents by.</summary>
    public static string Document(this RawResponse response)
    {
        response.Status.ShouldBe(200, response.Text);
        response.Header("Content-Type").ShouldBe("application/xml");
        response.Text.ShouldContain(Namespace);
        return response.Text[(response.Text.IndexOf("?>", StringComparison.Ordinal) + 2)..].TrimStart('\n').Replace(Namespace, "", StringComparison.Ordinal);
    }

    /// <summary>True when it was refused with that status and code.</summary>
    public static void ShouldRefuse(this RawResponse response, int status, string code)
    {
        response.ErrorCode.ShouldBe(code, response.Text);
        response.Status.ShouldBe(status);
    }
}
