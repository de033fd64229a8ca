using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace BleepStore.Benchmarks.Spikes;

/// <summary>Requests whose body is read whole, and little else.</summary>
internal static class BodySpikes
{
    /// <summary>Takes the MD5 of the body and drops it.</summary>
    public static async Task HashAsync(HttpContext context)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var reader = context.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(context.RequestAborted);
            foreach (var piece in result.Buffer)
            {
                md5.AppendData(piece.Span);
            }

            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        context.Response.Headers.ETag = $"\"{Convert.ToHexStringLower(md5.GetHashAndReset())}\"";
    }

    /// <summary>Keeps the body itself in the row, with its MD5.</summary>
    public static RequestDelegate PutInline(GroupCommitter committer) => async context =>
    {
        var body = new byte[checked((int)context.Request.ContentLength!.Value)];
        await context.Request.Body.ReadExactlyAsync(body, context.RequestAborted);
        var eTag = Convert.ToHexStringLower(MD5.HashData(body));
        await committer.AddAsync(context.Request.Path, eTag, body);
        context.Response.Headers.ETag = $"\"{eTag}\"";
    };
}
