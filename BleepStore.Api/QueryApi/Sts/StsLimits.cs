namespace BleepStore.Api.QueryApi.Sts;

/// <summary>All limits of STS, with AWS's numbers: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html</summary>
internal static class StsLimits
{
    public const int MinSeconds = 900;
    public const int MaxRoleSeconds = 43_200;
    public const int MaxChainedSeconds = 3600;
    public const int DefaultRoleSeconds = 3600;
    public const int MaxOwnSeconds = 129_600;
    public const int DefaultOwnSeconds = 43_200;
    public const int MaxRootSeconds = 3600;
    public const int MaxPolicyCharacters = 2048;
    public const int MaxPolicyArns = 10;
    public const int MaxSessionTags = 50;
    public const int MinSessionName = 2;
    public const int MaxSessionName = 64;
    public const int MaxFederatedName = 32;
    public const int MaxExternalId = 1224;
}
