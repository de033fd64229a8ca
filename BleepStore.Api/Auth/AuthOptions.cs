namespace BleepStore.Api.Auth;

/// <summary>Which requests may still be signed with the old Signature Version 2.</summary>
internal enum SignatureV2Mode
{
    /// <summary>Query-string signatures only, which common clients still produce for a custom endpoint.</summary>
    Presigned = 0,

    /// <summary>Query string and <c>Authorization: AWS …</c> header.</summary>
    All = 1,

    /// <summary>None.</summary>
    Off = 2,
}

/// <summary>What the verifier expects of a signature, from the <c>auth</c> and <c>server</c> sections of the configuration.</summary>
/// <param name="Region">The only region that a credential scope may name.</param>
/// <param name="SignatureV2">Whether Signature Version 2 is accepted.</param>
internal sealed record AuthOptions(string Region = "us-east-1", SignatureV2Mode SignatureV2 = SignatureV2Mode.Presigned);
