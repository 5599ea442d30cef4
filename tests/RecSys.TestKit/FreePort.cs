using System.Net;
using System.Net.Sockets;

namespace RecSys.TestKit;

/// <summary>Finds loopback TCP ports for servers that a test starts.</summary>
public static class FreePort
{
    // Below the range from which Linux takes the local ports of outgoing connections (32768 and up), so that no
    // connection of another test can take the port between the check and its use.
    private const int First = 12_000;
    private const int Last = 32_000;

    private static readonly HashSet<int> Taken = [];

    /// <summary>A port on 127.0.0.1 that nothing listens on and that this process has not been given before.</summary>
    public static int Next()
    {
        lock (Taken)
        {
            for (var attempt = 0; attempt < 1000; attempt++)
            {
                var port = Random.Shared.Next(First, Last);
                if (Taken.Add(port) && IsFree(port))
                {
                    return port;
                }
            }
        }

        throw new InvalidOperationException($"No free TCP port between {First} and {Last} on 127.0.0.1.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port) { ExclusiveAddressUse = true };
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
