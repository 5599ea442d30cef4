using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RecSys.TestKit;

/// <summary>
/// Finds loopback TCP ports for servers that a test starts. A port may wait for its server for long, so each test process takes
/// from blocks of its own: test projects that run side by side don't get in each other's way.
/// </summary>
public static class FreePort
{
    // Below the range from which Linux takes the local ports of outgoing connections (32768 and up), so that no
    // connection of another test can take the port between the check and its use.
    private const int First = 12_000;
    private const int Last = 32_000;
    private const int BlockSize = 100;

    private static readonly Lock Taking = new();
    private static readonly Queue<int> Block = [];

    // Held open, and so locked, for as long as the process lives.
    private static readonly List<FileStream> Locks = [];

    /// <summary>A port on 127.0.0.1 that nothing listens on and that nobody else has been given.</summary>
    public static int Next()
    {
        lock (Taking)
        {
            while (true)
            {
                if (Block.Count == 0)
                {
                    TakeBlock();
                }

                var port = Block.Dequeue();
                if (IsFree(port))
                {
                    return port;
                }
            }
        }
    }

    private static void TakeBlock()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"recsys-test-ports-{Environment.UserName}"));
        var blocks = Enumerable.Range(0, (Last - First) / BlockSize).ToArray();
        Random.Shared.Shuffle(blocks);
        foreach (var block in blocks)
        {
            try
            {
                Locks.Add(new FileStream(
                    Path.Combine(folder.FullName, block.ToString(CultureInfo.InvariantCulture)), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None));
            }
            catch (IOException)
            {
                continue;
            }

            for (var port = 0; port < BlockSize; port++)
            {
                Block.Enqueue(First + (block * BlockSize) + port);
            }

            return;
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
