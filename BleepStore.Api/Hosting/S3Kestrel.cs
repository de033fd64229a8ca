using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace BleepStore.Api.Hosting;

/// <summary>How the web server has to be set for S3: the one place for its limits and encodings, for the process and the tests alike.</summary>
internal static class S3Kestrel
{
    public static void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;

        // Lengths are judged by the operations, each with its own limit and S3's own error.
        options.Limits.MaxRequestBodySize = null;

        // Header values are UTF-8 both ways; the server's default takes UTF-8 but sends ASCII only, so that user metadata could not come back.
        options.ResponseHeaderEncodingSelector = _ => Encoding.UTF8;
    }
}
