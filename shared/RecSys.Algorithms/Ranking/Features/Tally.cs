namespace RecSys.Algorithms.Ranking.Features;

/// <summary>What a user's listens say of one thing: a track, an artist, an album or a genre.</summary>
internal sealed class Tally
{
    private float _shareSum;
    private int _shares;
    private int _skips;

    public float Plays { get; private set; }

    /// <summary>The last listen; 0 when unknown.</summary>
    public long LastTime { get; private set; }

    /// <summary>Listens in the current session.</summary>
    public int SessionListens { get; private set; }

    public float MeanShare => _shares > 0 ? _shareSum / _shares : float.NaN;

    public float SkipRate => _shares > 0 ? (float)_skips / _shares : float.NaN;

    public void Add(float plays, long time, float share, bool isInSession)
    {
        Plays += plays;
        LastTime = Math.Max(LastTime, time);
        SessionListens += isInSession ? 1 : 0;
        if (!float.IsNaN(share))
        {
            _shareSum += share;
            _shares++;
            _skips += share < ItemStatistics.SkipShare ? 1 : 0;
        }
    }
}
