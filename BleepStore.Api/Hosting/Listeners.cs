using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using BleepStore.Api.CommandLine;
using BleepStore.Api.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace BleepStore.Api.Hosting;

/// <summary>Sets up the server's sockets, encryption and limits from the configuration.</summary>
internal sealed class Listeners(BleepStoreOptions options)
{
    private const int MaxHeaderBytes = 32 * 1024;
    private const int MaxRequestLineBytes = 16 * 1024;
    private const int MaxHeaders = 200;
    private const int WindowBytes = 1 << 20;

    private readonly List<(IPEndPoint Asked, string Key, ListenerKind Kind)> _listeners = [];

    public void Configure(KestrelServerOptions kestrel)
    {
        // The pipeline says who answers; keys and user metadata may hold any UTF-8, and come back as they were sent.
        kestrel.AddServerHeader = false;
        kestrel.RequestHeaderEncodingSelector = static _ => StrictUtf8;
        kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.UTF8;
        kestrel.AllowSynchronousIO = false;
        var limits = kestrel.Limits;
        limits.MaxRequestBodySize = null;
        limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        limits.MaxRequestHeaderCount = MaxHeaders;
        limits.MaxRequestLineSize = MaxRequestLineBytes;
        limits.MaxConcurrentConnections = options.Limits.MaxConnections == 0 ? null : options.Limits.MaxConnections;
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(30));
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(30));
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(30);
        limits.Http2.InitialConnectionWindowSize = 4 * WindowBytes;
        limits.Http2.InitialStreamWindowSize = WindowBytes;
        var https = options.Server.IsTls ? LoadCertificate(options.Server) : null;
        Listen(kestrel, ListenerKind.S3, "server.host", options.Server.Host, "server.port", options.Server.Port, https);
        if (options.Server.AdminPort is { } adminPort)
        {
            Listen(kestrel, ListenerKind.Admin, "server.admin_host", options.Server.AdminHost, "server.admin_port", adminPort, https);
        }
    }

    /// <summary>Binds sockets itself, so that a refusal names the key at fault.</summary>
    public void Configure(SocketTransportOptions transport) => transport.CreateBoundListenSocket = endPoint =>
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
    };

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

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private void Listen(
        KestrelServerOptions kestrel, ListenerKind kind, string hostKey, string host, string portKey, int port, HttpsConnectionAdapterOptions? https)
    {
        var addresses = Resolve(hostKey, host);
        var feature = new ListenerFeature(kind);
        // Two addresses cannot share "any free port".
        foreach (var address in port == 0 ? addresses.Take(1) : addresses)
        {
            var endPoint = new IPEndPoint(address, port);
            _listeners.Add((endPoint, portKey, kind));
            kestrel.Listen(endPoint, listen =>
            {
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
