using System.Globalization;
using BleepStore.Tests.Processes;

namespace BleepStore.Tests.Clients;

/// <summary>One client against one store: its directory, its environment (nobody's real settings), its steps run one by one.</summary>
internal sealed class ClientRun : IAsyncDisposable
{
    private const string Directories = "/usr/local/bin:/usr/bin:/bin";

    // Runs may share a store that is not ours, so each has a bucket of its own.
    private static int _runs;

    private readonly Client _client;
    private readonly ClientEndpoint _endpoint;
    private readonly string _root;
    private readonly Dictionary<string, string> _environment;

    private ClientRun(Client client, ClientEndpoint endpoint, string root)
    {
        _client = client;
        _endpoint = endpoint;
        _root = root;
        Tree = Path.Combine(root, "tree");
        Work = Path.Combine(root, "work");
        _environment = CreateEnvironment();
    }

    /// <summary>The tree to store.</summary>
    public string Tree { get; }

    /// <summary>Where the steps run.</summary>
    public string Work { get; }

    /// <summary>Starts a store for the client; ends the test where the client is not installed.</summary>
    public static async Task<ClientRun> StartAsync(Client client, CancellationToken cancellationToken)
    {
        var root = Directory.CreateTempSubdirectory($"bleepstore-{client.Name}-").FullName;
        try
        {
            foreach (var directory in (string[])["tree", "work", "home"])
                Directory.CreateDirectory(Path.Combine(root, directory));
            var check = await ToolProcess.RunAsync(
                new ToolCommand("/bin/bash", "-c", client.Requires) { Environment = BareEnvironment(root) }, cancellationToken);
            if (check.ExitCode != 0)
                TestRequirement.Missing($"The client {client.Name} is not installed here: {client.Package}.");
            return new ClientRun(client, await ClientEndpoint.StartAsync(root, client.OverTls, cancellationToken), root);
        }
        catch
        {
            Directory.Delete(root, recursive: true);
            throw;
        }
    }

    /// <summary>Runs a step; a failure names it and shows what the client and the server said.</summary>
    public async Task<ToolResult> RunAsync(ClientStep step, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var command = new ToolCommand("/bin/bash", "-c", $". \"$SCRIPTS/prelude.sh\"\n{_client.Prelude}\n{step.Script}", step.Name)
        {
            WorkingDirectory = Work,
            Environment = _environment,
            Timeout = timeout,
        };
        var seen = _endpoint.Server?.Log.Lines.Count ?? 0;
        try
        {
            return await ToolProcess.RunSuccessfullyAsync(command, cancellationToken);
        }
        catch (ToolFailedException failure)
        {
            var log = _endpoint.Server is { } server ? string.Join('\n', server.Log.Lines.Skip(seen).TakeLast(40)) : "(not our server)";
            throw new ToolFailedException($"Step failed: {step}\n{failure.Message}\n--- the server's log since the step began\n{log}");
        }
    }

    /// <summary>Lines of our server's access log that tell of an internal error; 501 is an answer, not an error.</summary>
    public IReadOnlyList<string> ServerErrors() =>
        [.. (_endpoint.Server?.Log.Lines ?? []).Where(line => line.Contains(" status=5", StringComparison.Ordinal)
            && !line.Contains(" status=501", StringComparison.Ordinal))];

    /// <summary>Adds a variable that later steps see.</summary>
    public void Set(string name, string value) => _environment[name] = value;

    public async ValueTask DisposeAsync()
    {
        await _endpoint.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    private static Dictionary<string, string> BareEnvironment(string root) => new()
    {
        // The system's programs first: what a developer's version manager puts before them is not what is tested here.
        ["PATH"] = Environment.GetEnvironmentVariable("PATH") is { Length: > 0 } path ? $"{Directories}:{path}" : Directories,
        ["HOME"] = Path.Combine(root, "home"),
        ["TMPDIR"] = Path.Combine(root, "work"),
        ["LANG"] = "C.UTF-8",
        ["LC_ALL"] = "C.UTF-8",
        ["TZ"] = "UTC",
        ["NO_PROXY"] = "127.0.0.1,localhost",
        ["SCRIPTS"] = Path.Combine(RepositoryPaths.Root, "BleepStore.Tests", "Clients", "scripts"),
        ["JS"] = Path.Combine(RepositoryPaths.Root, "BleepStore.Tests", "Clients", "js"),
    };

    private Dictionary<string, string> CreateEnvironment()
    {
        var environment = BareEnvironment(_root);
        environment["ENDPOINT"] = _endpoint.Url.GetLeftPart(UriPartial.Authority);
        environment["HOST"] = _endpoint.Url.Authority;
        var run = Interlocked.Increment(ref _runs);
        environment["BUCKET"] = string.Create(CultureInfo.InvariantCulture, $"client-{_client.Name}-{Environment.ProcessId}-{run}");
        environment["TREE"] = Tree;
        environment["BIG"] = Path.Combine(Tree, TestTree.BigFileName);
        environment["AWS_ACCESS_KEY_ID"] = _endpoint.AccessKey;
        environment["AWS_SECRET_ACCESS_KEY"] = _endpoint.SecretKey;
        environment["AWS_DEFAULT_REGION"] = ServerProcess.Region;
        environment["AWS_REGION"] = ServerProcess.Region;
        environment["AWS_CONFIG_FILE"] = Path.Combine(_root, "home", "aws-config");
        environment["AWS_SHARED_CREDENTIALS_FILE"] = Path.Combine(_root, "home", "aws-credentials");
        environment["AWS_EC2_METADATA_DISABLED"] = "true";
        // An answer that the server gets wrong must fail the step, not be tried again.
        environment["AWS_MAX_ATTEMPTS"] = "1";
        environment["AWS_PAGER"] = "";
        if (_endpoint.Certificate is { } certificate)
        {
            environment["AWS_CA_BUNDLE"] = certificate;
            environment["NODE_EXTRA_CA_CERTS"] = certificate;
        }

        return environment;
    }
}
