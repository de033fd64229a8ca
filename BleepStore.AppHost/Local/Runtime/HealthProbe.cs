namespace BleepStore.AppHost.Local;

/// <summary>Asks a resource over HTTP whether it serves.</summary>
internal sealed class HealthProbe : IDisposable
{
    // A proxy of the environment knows nothing about this machine's loopback.
    private readonly HttpClient _http = new(
        new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.Zero })
    {
        Timeout = TimeSpan.FromSeconds(2),
    };

    /// <summary>Null when it answers 200, else what it did instead.</summary>
    public async Task<string?> AskAsync(string url, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return (int)response.StatusCode == 200 ? null : $"{url} answered {(int)response.StatusCode}";
        }
        catch (HttpRequestException exception)
        {
            return $"{url}: {exception.Message}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"{url} did not answer in time";
        }
    }

    public void Dispose() => _http.Dispose();
}
