using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Splits;

namespace RecSys.Trainer.Stages;

/// <summary>When every listen of a log was.</summary>
/// <param name="Counts">Listens of each cell, in the order of the matrix.</param>
/// <param name="Microseconds">Their times, cell by cell, in microseconds since 1970 UTC; 0 when unknown.</param>
internal sealed record ListenTimes(int[] Counts, long[] Microseconds)
{
    /// <summary>Each listen and the one that followed it in its session.</summary>
    /// <param name="plays">The matrix whose cells these are.</param>
    /// <param name="holdout">Numbers users and items as its train part does, and leaves out what was withheld; null for all.</param>
    /// <param name="gap">Silence that ends a session.</param>
    public NextTrackPairs ToPairs(SparseMatrix plays, Holdout? holdout, TimeSpan gap)
    {
        var userOf = Positions(holdout?.UserIndices, plays.RowCount);
        var itemOf = Positions(holdout?.ItemIndices, plays.ColumnCount);
        var end = holdout?.Cut is { } cut ? UnixMicroseconds.From(cut) : long.MaxValue;
        var (users, items, times) = (new int[Microseconds.Length], new int[Microseconds.Length], new long[Microseconds.Length]);
        var count = 0;
        var cell = 0;
        var listen = 0;
        for (var row = 0; row < plays.RowCount; row++)
        {
            foreach (var column in plays.RowColumns(row))
            {
                for (var last = listen + Counts[cell++]; listen < last; listen++)
                {
                    var time = Microseconds[listen];
                    if (time > 0 && time < end && userOf[row] >= 0 && itemOf[column] >= 0)
                    {
                        (users[count], items[count], times[count]) = (userOf[row], itemOf[column], time);
                        count++;
                    }
                }
            }
        }

        Array.Resize(ref users, count);
        Array.Resize(ref items, count);
        Array.Resize(ref times, count);
        var weights = new float[count];
        Array.Fill(weights, 1);
        var log = new InteractionLog(
            holdout?.Train.RowCount ?? plays.RowCount, holdout?.Train.ColumnCount ?? plays.ColumnCount, users, items, weights, times);
        return NextTrackPairs.FromLog(log, new Algorithms.Splits.SessionOptions { Gap = gap }, out _);
    }

    private static int[] Positions(int[]? kept, int count)
    {
        if (kept is null)
        {
            return [.. Enumerable.Range(0, count)];
        }

        var positions = new int[count];
        Array.Fill(positions, -1);
        for (var i = 0; i < kept.Length; i++)
        {
            positions[kept[i]] = i;
        }

        return positions;
    }
}
