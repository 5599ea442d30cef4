using System.Security.Cryptography;
using System.Text;
using RecSys.Data.History;

namespace RecSys.Data.Schema;

/// <summary>A rejected listen under an id made from its contents: a message that comes again and again is kept once.</summary>
internal sealed record RejectedListenRow(string RejectedId, string Reason, byte[] Body, DateTimeOffset ReceivedAt, string Producer)
{
    public static RejectedListenRow From(RejectedListen listen)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(listen.Producer));
        hash.AppendData([0]);
        hash.AppendData(Encoding.UTF8.GetBytes(listen.Reason));
        hash.AppendData([0]);
        hash.AppendData(listen.Body);
        var id = Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
        return new RejectedListenRow(id, listen.Reason, listen.Body, listen.ReceivedAt, listen.Producer);
    }

    public RejectedListen ToRecord() => new(Reason, Body, ReceivedAt, Producer);
}
