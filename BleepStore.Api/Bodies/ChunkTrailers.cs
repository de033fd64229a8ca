using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using BleepStore.Api.Auth;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Bodies;

/// <summary>The trailers of one <c>aws-chunked</c> body: those that <c>x-amz-trailer</c> declared, signed where the chunks are.</summary>
/// <param name="declared">Their names in lower case.</param>
/// <param name="isSigned">True when the signature of the trailers must be the last of them.</param>
internal sealed class ChunkTrailers(ImmutableArray<string> declared, bool isSigned)
{
    private const string SignatureName = "x-amz-trailer-signature";
    private readonly Dictionary<string, string> _values = [];
    private readonly StringBuilder _canonical = new();
    private string? _signature;

    /// <summary>The value of a trailer; null when it has not come.</summary>
    public string? Find(string name) => _values.GetValueOrDefault(name);

    /// <summary>Takes one line without its CRLF.</summary>
    /// <exception cref="S3Exception">MalformedTrailerError: no trailer, undeclared, twice the same, or behind the signature.</exception>
    public void Add(ReadOnlySpan<byte> line)
    {
        // A widespread client ends the value itself with a line feed before the CRLF; S3 takes that, so we do.
        if (line[^1] == '\n')
            line = line[..^1];

        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || _signature is not null || line.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
            throw BodyRejection.TrailerMalformed.Exception();

        var name = Encoding.ASCII.GetString(line[..colon]).ToLowerInvariant();
        var value = Encoding.ASCII.GetString(line[(colon + 1)..]).Trim(' ');
        if (isSigned && name == SignatureName)
        {
            _signature = value;
            return;
        }

        if (!declared.Contains(name) || !_values.TryAdd(name, value))
            throw BodyRejection.TrailerMalformed.Exception();

        _canonical.Append(name).Append(':').Append(value).Append('\n');
    }

    /// <summary>Holds what has come against what was declared and signed.</summary>
    /// <exception cref="S3Exception">MalformedTrailerError: one is missing. SignatureDoesNotMatch.</exception>
    public void Verify(ChunkSignatures? signatures)
    {
        if (_values.Count != declared.Length || (isSigned && _signature is null))
            throw BodyRejection.TrailerMalformed.Exception();

        if (isSigned && !signatures!.VerifyTrailer(SHA256.HashData(Encoding.ASCII.GetBytes(_canonical.ToString())), _signature))
            throw BodyRejection.ChunkSignatureDiffers.Exception();
    }
}
