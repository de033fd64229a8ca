namespace BleepStore.Api.Configuration;

/// <summary>A configuration source that can say where one of its values was written, for the line that finds fault with it.</summary>
internal interface ISettingOrigin
{
    /// <summary>
    /// Where the value of <paramref name="path"/> (colons between its sections) comes from: <c>bleepstore.yaml:3</c>, <c>--port</c>.
    /// </summary>
    string OriginOf(string path);

    /// <summary>Paths that are written with nothing behind them: such a key has no value, and its name may be misspelt all the same.</summary>
    IEnumerable<string> Bare => [];
}
