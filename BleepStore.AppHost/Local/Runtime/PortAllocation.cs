using System.Net;
using System.Net.Sockets;

namespace BleepStore.AppHost.Local;

/// <summary>Gives every endpoint of a resource its port before the process starts.</summary>
internal static class PortAllocation
{
    /// <summary>
    /// A fixed port that is taken stops the start here: the other program would answer the health check, and the application
    /// would look alive although its own process has ended.
    /// </summary>
    public static void Allocate(ProcessResource resource)
    {
        foreach (var endpoint in resource.Endpoints)
        {
            var wanted = endpoint.AllocatedPort ?? endpoint.Port ?? endpoint.TargetPort ?? 0;
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, wanted));
                socket.Listen();
                endpoint.AllocatedPort = ((IPEndPoint)socket.LocalEndPoint!).Port;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw new HostStartException(
                    $"port {wanted} (endpoint {endpoint.Name}) is taken by another process; "
                    + $"choose another with --{endpoint.Name}:port N, or 0 for a free one");
            }
            catch (SocketException exception)
            {
                throw new HostStartException($"port {wanted} (endpoint {endpoint.Name}) cannot be used: {exception.Message}");
            }
        }
    }

    /// <summary>The links that the views show, in the order of the graph.</summary>
    public static IReadOnlyList<ResourceLink> Links(ProcessResource resource)
    {
        List<ResourceLink> links = [];
        foreach (var endpoint in resource.Endpoints)
        {
            var own = new ResourceUrlAnnotation { Url = endpoint.Url };
            List<ResourceUrlAnnotation> urls = [own];
            foreach (var rule in resource.UrlRules.Where(rule => rule.EndpointName == endpoint.Name))
            {
                rule.Change?.Invoke(own);
                if (rule.Add is not null)
                    urls.Add(rule.Add(new EndpointReference(resource, endpoint)));
            }

            links.AddRange(urls.Select(url => new ResourceLink(
                url.DisplayText ?? endpoint.Name, url.Url.StartsWith('/') ? endpoint.Url + url.Url : url.Url)));
        }

        return links;
    }
}
