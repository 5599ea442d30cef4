using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.NextTracks;
using RecSys.Algorithms.Splits;

namespace RecSys.Cli.Evaluation;

/// <summary>Listens and next-track pairs before a moment, and the pairs after it; all in the numbering of the whole log.</summary>
internal sealed class NextTrackData
{
    private NextTrackData(InteractionRows train, NextTrackPairs trainPairs, NextTrackPairs test, DateTimeOffset cut)
    {
        TrainLog = train;
        Train = train.ToMatrix();
        TrainPairs = trainPairs;
        Test = test;
        Cut = cut;
        KnownUsers = new bool[train.UserCount];
        KnownItems = new bool[train.ItemCount];
        Plays = new float[train.ItemCount];
        for (var row = 0; row < train.RowCount; row++)
        {
            KnownUsers[train.UserIndices[row]] = true;
            KnownItems[train.ItemIndices[row]] = true;
            Plays[train.ItemIndices[row]] += train.Weights[row];
        }
    }

    public InteractionRows TrainLog { get; }

    public SparseMatrix Train { get; }

    public NextTrackPairs TrainPairs { get; }

    /// <summary>Pairs whose second listen is at <see cref="Cut"/> or after.</summary>
    public NextTrackPairs Test { get; }

    public DateTimeOffset Cut { get; }

    /// <summary>Which users have listens in train, one flag a user.</summary>
    public bool[] KnownUsers { get; }

    /// <summary>Which items have listens in train, one flag an item.</summary>
    public bool[] KnownItems { get; }

    /// <summary>Plays of each item in train.</summary>
    public float[] Plays { get; }

    /// <summary>The data at the moment that leaves a share of the pairs to test.</summary>
    public static NextTrackData Create(InteractionRows log, NextTrackPairs pairs, double testShare)
    {
        var cut = pairs.CutFor(testShare);
        var (train, test) = pairs.SplitAt(cut);
        return new NextTrackData(log.Before(cut), train, test, cut);
    }

    /// <summary>Train divided once more in the same way, so that something can be chosen without looking at test.</summary>
    public NextTrackData Validation(double testShare) => Create(TrainLog, TrainPairs, testShare);
}
