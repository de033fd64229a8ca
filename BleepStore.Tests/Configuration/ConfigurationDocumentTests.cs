using System.Globalization;
using BleepStore.Api.CommandLine;
using BleepStore.Api.Configuration;
using BleepStore.Tests.Processes;

namespace BleepStore.Tests.Configuration;

/// <summary>docs/configuration.md names every key with its default, and nothing that does not exist.</summary>
public sealed class ConfigurationDocumentTests
{
    private static readonly string[] DependentDefaults = ["auth.users[].id", "auth.users[].display_name"];

    [Fact]
    public async Task The_document_has_every_key_with_its_default_and_no_other()
    {
        var user = new Dictionary<string, string>
        {
            ["BLEEPSTORE__AUTH__USERS__0__ACCESS_KEY"] = "ann",
            ["BLEEPSTORE__AUTH__USERS__0__SECRET_KEY"] = "ann-secret",
            ["BLEEPSTORE__AUTH__USERS__0__ACCOUNT"] = CredentialOptions.DefaultAccessKey,
            ["BLEEPSTORE__AUTH__USERS__0__POLICIES__0"] = """{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}""",
            ["BLEEPSTORE__ENCRYPTION__KMS__KEYS__0__ID"] = "documents",
            ["BLEEPSTORE__ENCRYPTION__KMS__KEYS__0__MATERIAL"] = Convert.ToBase64String(new byte[32]),
        };
        var options = ConfigurationLoader.Load(file: null, user, new Dictionary<string, SourcedValue>());
        var expected = options.Effective
            .Select(setting => (Key: $"{setting.Key}.".Replace(".0.", "[].", StringComparison.Ordinal).TrimEnd('.'), Default: setting.Origin is null ? setting.Value : ""))
            .Where(setting => !DependentDefaults.Contains(setting.Key))
            .OrderBy(setting => setting.Key, StringComparer.Ordinal);
        var rows = (await RowsAsync()).Where(row => row[0].Contains('.', StringComparison.Ordinal)).Select(row => (Key: row[0], Default: row[1]));
        rows.Where(row => !DependentDefaults.Contains(row.Key)).OrderBy(row => row.Key, StringComparer.Ordinal).ShouldBe(expected);
    }

    [Fact]
    public async Task The_file_that_the_document_shows_is_accepted()
    {
        var text = await File.ReadAllTextAsync(DocumentPath, TestContext.Current.CancellationToken);
        using var file = new TemporaryFile(text.Split("```yaml")[1].Split("```")[0]);
        var options = ConfigurationLoader.Load(file.Path, new Dictionary<string, string>(), new Dictionary<string, SourcedValue>());
        options.Server.WebsiteDomains.ShouldBe(["website.example.com"]);
        options.Auth.Users.Select(user => (user.AccessKey, user.Policies.Length)).ShouldBe([("partner", 0), ("reader", 1)]);
        options.Lifecycle.Day.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task The_document_has_every_exit_code()
    {
        var codes = typeof(ExitCodes).GetFields()
            .Where(field => field.FieldType == typeof(int))
            .Select(field => ((int)field.GetValue(null)!).ToString(CultureInfo.InvariantCulture));
        (await RowsAsync()).Select(row => row[0]).Where(cell => cell.All(char.IsAsciiDigit)).ShouldBe(codes, ignoreOrder: true);
    }

    private static string DocumentPath => Path.Combine(RepositoryPaths.Root, "docs", "configuration.md");

    private static async Task<List<string[]>> RowsAsync()
    {
        var lines = await File.ReadAllLinesAsync(DocumentPath, TestContext.Current.CancellationToken);
        return [.. lines
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim().Trim('`')).ToArray())];
    }
}
