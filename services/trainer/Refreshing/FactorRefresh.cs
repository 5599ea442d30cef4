using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;
using RecSys.Trainer.Steps;

namespace RecSys.Trainer.Refreshing;

/// <summary>
/// The factors of a log by those of an older version: new tracks are solved for from their known listeners, then users who are new or
/// have heard something from the tracks. Everything else stays as it was fitted.
/// </summary>
internal static class FactorRefresh
{
    /// <returns>A model of the log's users and tracks.</returns>
    public static AlsModel Solve(
        TrainingLog log, BaseVersion version, LogChanges changes, AlsOptions settings, CancellationToken cancellationToken)
    {
        var factorCount = version.Tracks.FactorCount;
        var options = new ParallelOptions
        {
            CancellationToken = cancellationToken,
            MaxDegreeOfParallelism = settings.ThreadCount == 0 ? Environment.ProcessorCount : settings.ThreadCount,
        };
        var tracks = new float[(long)log.TrackIds.Length * factorCount];
        Copy(version.Tracks, changes.BaseTracks, tracks);
        var before = AlsModel.FromFactors(version.Users, version.Tracks, settings);
        var listeners = changes.NewTracks.Length > 0 ? log.Plays.Transpose() : null;
        Parallel.ForEach(changes.NewTracks, options, track =>
        {
            var users = new List<int>();
            var weights = new List<float>();
            var row = listeners!.RowColumns(track);
            for (var i = 0; i < row.Length; i++)
            {
                if (changes.BaseUsers[row[i]] >= 0)
                {
                    users.Add(changes.BaseUsers[row[i]]);
                    weights.Add(listeners.RowValues(track)[i]);
                }
            }

            if (users.Count > 0)
            {
                before.FoldInItem(users.ToArray(), weights.ToArray(), tracks.AsSpan(track * factorCount, factorCount));
            }
        });

        var items = FactorMatrix.FromRows(log.TrackIds.Length, factorCount, tracks);
        var solver = AlsModel.FromFactors(new FactorMatrix(0, factorCount), items, settings);
        var users = new float[(long)log.UserIds.Length * factorCount];
        Copy(version.Users, changes.BaseUsers, users);
        Parallel.ForEach(changes.ChangedUsers, options, user => solver.FoldInUser(
            log.Plays.RowColumns(user), log.Plays.RowValues(user), users.AsSpan(user * factorCount, factorCount)));
        return AlsModel.FromFactors(FactorMatrix.FromRows(log.UserIds.Length, factorCount, users), items, settings, log.Plays);
    }

    private static void Copy(FactorMatrix from, int[] rows, float[] to)
    {
        for (var row = 0; row < rows.Length; row++)
        {
            if (rows[row] >= 0)
            {
                from.Row(rows[row]).CopyTo(to.AsSpan(row * from.FactorCount, from.FactorCount));
            }
        }
    }
}
