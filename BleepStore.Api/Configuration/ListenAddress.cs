using System.Net;
using System.Net.Sockets;

namespace BleepStore.Api.Configuration;

/// <summary>What a configured host stands for.</summary>
internal static class ListenAddress
{
    /// <summary>All addresses that a host stands for.</summary>
    /// <exception cref="SocketException">The name is unknown.</exception>
    public static IPAddress[] Resolve(string host) => host switch
    {
        "*" or "+" or "::" or "[::]" => CanBind(IPAddress.IPv6Any) ? [IPAddress.IPv6Any] : [IPAddress.Any],
        "localhost" => CanBind(IPAddress.IPv6Loopback) ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback],
        _ when IPAddress.TryParse(host, out var address) => [address],
        _ => Dns.GetHostAddresses(host),
    };

    /// <summary>True when only this machine can reach it. A name that cannot be resolved is not.</summary>
    public static bool IsLoopback(string host)
    {
        try
        {
            return Resolve(host).All(IPAddress.IsLoopback);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // A kernel may know IPv6 and still have no address of it, as in many containers.
    private static bool CanBind(IPAddress address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(address, port: 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
