namespace BleepStore.Benchmarks.Wire;

/// <summary>What came back for one request.</summary>
/// <param name="Status">The status code.</param>
/// <param name="BodyBytes">Length of the body, which was read to its end.</param>
internal readonly record struct HttpAnswer(int Status, long BodyBytes)
{
    public bool IsSuccess => Status is >= 200 and < 300;
}
