using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;

namespace RecSys.Ingest.Validation;

/// <summary>Divides batches into good listens, repeated ones and bad ones.</summary>
internal sealed class ListenScreening(ListenRules rules)
{
    private const int NanosecondsPerMicrosecond = 1_000;

    /// <summary>Applies the rules to every listen. The listens themselves are left as they are.</summary>
    public ScreenedListens Screen(IReadOnlyList<Listen> listens)
    {
        var good = new List<Listen>(listens.Count);
        var bad = new List<BadListen>();
        var seen = new HashSet<(string UserId, string TrackId, long Seconds, int Microseconds)>(listens.Count);
        var duplicates = 0;
        var faults = new List<FieldFault>();

        for (var i = 0; i < listens.Count; i++)
        {
            var listen = listens[i];
            rules.Check(listen, faults);
            if (faults.Count > 0)
            {
                bad.Add(new BadListen(i, listen, faults.ToArray()));
                faults.Clear();
            }
            else if (seen.Add(IdentityOf(listen)))
            {
                good.Add(listen);
            }
            else
            {
                duplicates++;
            }
        }

        return new ScreenedListens(good, duplicates, bad);
    }

    // The stores keep microseconds: times that differ below that are the same listen there.
    private static (string UserId, string TrackId, long Seconds, int Microseconds) IdentityOf(Listen listen)
    {
        Timestamp time = listen.ListenTime;
        return (listen.UserId, listen.TrackId, time.Seconds, time.Nanos / NanosecondsPerMicrosecond);
    }
}
