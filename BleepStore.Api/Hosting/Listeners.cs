using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BleepStore.Api.CommandLine;
using BleepStore.Api.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace BleepStore.Api.Hosting;

/// <summary>Sets up the server's sockets, encryption and limits from the configuration.</summary>
internal sealed class Listeners(BleepStoreOptions options)
{
    private readonly List<(IPEndPoint Asked, string Key, ListenerKind Kind)> _listeners = [];

    public void Configure(KestrelServerOptions kestrel)
    {
        S3Kestrel.Configure(kestrel);
        var https = options.Server.IsTls ? LoadCertificate(options.Server) : null;
        Listen(kestrel, ListenerKind.S3, "server.host", options.Server.Host, "server.port", options.Server.Port, https, MostConnections());
        if (options.Server.AdminPort is { } adminPort)
        {
            Listen(kestrel, ListenerKind.Admin, "server.admin_host", options.Server.AdminHost, "server.admin_port", adminPort, https, DescriptorLimit.AdminConnections);
        }
    }

    /// <summary>Bounds what is read ahead, and binds sockets itself, so that a refusal names the key at fault.</summary>
    public void Configure(SocketTransportOptions transport)
    {
        transport.MaxReadBufferSize = S3Kestrel.ReadAheadBytes;
        transport.CreateBoundListenSocket = Bind;
    }

    private Socket Bind(EndPoint endPoint)
    {
        try
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        }
        catch (SocketException e)
        {
            var key = _listeners.Find(listener => listener.Asked.Equals(endPoint)).Key ?? "server.port";
            var reason = e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "is taken by another process",
                SocketError.AccessDenied => "may not be listened on by this user",
                SocketError.AddressNotAvailable => "is no address of this machine",
                _ => $"cannot be listened on: {e.Message}",
            };
            var port = ((IPEndPoint)endPoint).Port.ToString(CultureInfo.InvariantCulture);
            throw new StartException(ExitCodes.AddressUnavailable, $"{key} = {port}: {endPoint} {reason}; set {key} to another value.", e);
        }
    }

    /// <summary>Where a listener can be reached, once it is bound: the first address of its kind.</summary>
    public Uri? UrlOf(ListenerKind kind, IEnumerable<string> bound)
    {
        // Addresses are reported in the order in which they were asked for.
        foreach (var (listener, address) in _listeners.Zip(bound))
        {
            if (listener.Kind == kind)
            {
                var url = new UriBuilder(address);
                url.Host = listener.Asked.Address.Equals(IPAddress.Any) || listener.Asked.Address.Equals(IPAddress.IPv6Any)
                    ? "127.0.0.1"
                    : url.Host;
                return url.Uri;
            }
        }

        return null;
    }

    private long MostConnections()
    {
        var configured = options.Limits.MaxConnections is > 0 and var connections ? connections : long.MaxValue;
        return Math.Min(configured, DescriptorLimit.Connections(options.Server.IsTls ? DescriptorLimit.StreamsPerConnection : 1) ?? configured);
    }

    private void Listen(
        KestrelServerOptions kestrel, ListenerKind kind, string hostKey, string host, string portKey, int port, HttpsConnectionAdapterOptions? https,
        long mostConnections)
    {
        var addresses = Resolve(hostKey, host);
        var limit = new ConnectionLimit(mostConnections);
        var feature = new ListenerFeature(kind);
        // Two addresses cannot share "any free port".
        foreach (var address in port == 0 ? addresses.Take(1) : addresses)
        {
            var endPoint = new IPEndPoint(address, port);
            _listeners.Add((endPoint, portKey, kind));
            kestrel.Listen(endPoint, listen =>
            {
                listen.Use(limit.Enforce);
                listen.Protocols = https is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
                if (https is not null)
                {
                    listen.UseHttps(https);
                }

                listen.Use(next => connection =>
                {
                    connection.Features.Set(feature);
                    return next(connection);
                });
            });
        }
    }

    private static IPAddress[] Resolve(string key, string host)
    {
        try
        {
            return ListenAddress.Resolve(host);
        }
        catch (SocketException e)
        {
            throw new ConfigurationException($"{key} = {host}: must be an IP address, localhost, * or a name of this machine ({e.Message}).");
        }
    }

    private static HttpsConnectionAdapterOptions LoadCertificate(ServerOptions server)
    {
        var (certificatePath, keyPath) = (server.TlsCertificate ?? "", server.TlsKey ?? "");
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificatePath);
            return new HttpsConnectionAdapterOptions
            {
                ServerCertificate = X509Certificate2.CreateFromPemFile(certificatePath, keyPath),
                ServerCertificateChain = chain,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new ConfigurationException(
                $"server.tls.cert = {certificatePath}, server.tls.key = {keyPath}: must be PEM files of a certificate and its private key ({e.Message}).");
        }
    }
}
