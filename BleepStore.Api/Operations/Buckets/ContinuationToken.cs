using System.Buffers.Text;
using System.Text;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Operations.Buckets;

/// <summary>The opaque token that continues a listing after a name.</summary>
internal static class ContinuationToken
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Encode(string after) => "1" + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(after));

    /// <summary>The name to continue after.</summary>
    /// <exception cref="S3Exception">InvalidArgument: not a token of ours.</exception>
    public static string Decode(string token)
    {
        try
        {
            if (token.StartsWith('1') && token.Length > 1)
            {
                return StrictUtf8.GetString(Base64Url.DecodeFromChars(token.AsSpan(1)));
            }
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new S3Exception(Incorrect, e);
        }

        throw new S3Exception(Incorrect);
    }

    /// <summary>The answer to a token of nobody's; S3 names the argument and keeps its value to itself.</summary>
    private static S3Error Incorrect { get; } = S3Errors.InvalidArgument.Because("The continuation token provided is incorrect").With("ArgumentName", "continuation-token");
}
