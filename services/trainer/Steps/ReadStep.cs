using RecSys.Algorithms;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.NextTracks;
using RecSys.Algorithms.Splits;
using RecSys.Analytics.Listens;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Steps;

/// <summary>Reads the lake into one matrix.</summary>
internal sealed class ReadStep(LakeQueries queries)
{
    /// <exception cref="EmptyLogException">There is nothing to read.</exception>
    public async Task<TrainingLog> RunAsync(TrainingSettings settings, StepProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(0, "reading the lake");
        var rowCount = await queries.CountRowsAsync(cancellationToken);
        var query = new InteractionQuery { KeepsListenTimes = settings.Get(TrainingSettings.MarkovEnabled) };
        var cells = await queries.ReadInteractionsAsync(query, cancellationToken);
        if (cells.CellCount == 0)
        {
            throw new EmptyLogException();
        }

        // The lake gives cells in the order of the matrix, so that the times stay in step with its cells.
        var plays = SparseMatrix.FromTriples(cells.UserIds.Length, cells.TrackIds.Length, cells.UserIndex, cells.ItemIndex, cells.Plays);
        progress.Report(
            1,
            $"{cells.ListenCount:N0} listens of {cells.UserIds.Length:N0} users and {cells.TrackIds.Length:N0} tracks "
            + $"in {cells.CellCount:N0} cells");
        var times = cells.ListenTimes is { } all && all.AsSpan().ContainsAnyExcept(0L) ? new ListenTimes(cells.ListenCounts!, all) : null;
        return new TrainingLog(cells.UserIds, cells.TrackIds, plays, cells.LastListenedAt, cells.ListenCount, rowCount, times);
    }
}

/// <summary>The lake holds nothing to train on.</summary>
internal sealed class EmptyLogException() : Exception("The lake holds no listens.");

/// <summary>All that is trained on: the users × tracks matrix of plays, and what its indices stand for.</summary>
/// <param name="UserIds">The user of each row.</param>
/// <param name="TrackIds">The track of each column.</param>
/// <param name="Plays">Plays of each (user, track) cell.</param>
/// <param name="LastListenedAt">The last listen of each cell, row by row, in microseconds since 1970 UTC; 0 when unknown.</param>
/// <param name="ListenCount">Distinct listens behind the cells.</param>
/// <param name="RowCount">Rows that the lake had, listens that came twice among them.</param>
/// <param name="Times">When each listen was; null unless a model of sequences is trained.</param>
internal sealed record TrainingLog(
    string[] UserIds, string[] TrackIds, SparseMatrix Plays, long[] LastListenedAt, long ListenCount, long RowCount, ListenTimes? Times)
    : IOutcome<TrainingLog>
{
    /// <summary>Which track followed which; null where that is not to be learnt or the log does not tell.</summary>
    /// <param name="holdout">Leaves out what was withheld; null for all.</param>
    /// <param name="settings">Of the training.</param>
    public NextTrackPairs? PairsOf(Holdout? holdout, TrainingSettings settings)
    {
        var tells = Times is not null && (holdout is null || holdout.Cut is not null);
        return tells && settings.Get(TrainingSettings.MarkovEnabled) ? Times!.ToPairs(Plays, holdout, settings.SessionGap(), settings.Get(TrainingSettings.Threads)) : null;
    }

    /// <summary>The index of each id.</summary>
    /// <param name="ids">Different ones.</param>
    public static Dictionary<string, int> PositionsOf(string[] ids)
    {
        var positions = new Dictionary<string, int>(ids.Length, StringComparer.Ordinal);
        for (var i = 0; i < ids.Length; i++)
        {
            positions.Add(ids[i], i);
        }

        return positions;
    }

    /// <inheritdoc/>
    public void Write(CheckpointWriter writer)
    {
        writer.WriteTexts(UserIds);
        writer.WriteTexts(TrackIds);
        writer.WriteMatrix(Plays);
        writer.WriteArray(LastListenedAt);
        writer.WriteInt64(ListenCount);
        writer.WriteInt64(RowCount);
        writer.WriteSwitch(Times is not null);
        if (Times is { } times)
        {
            writer.WriteArray(times.Counts);
            writer.WriteArray(times.Microseconds);
        }
    }

    /// <inheritdoc/>
    public static TrainingLog Read(CheckpointReader reader) => new(
        reader.ReadTexts(),
        reader.ReadTexts(),
        reader.ReadMatrix(),
        reader.ReadArray<long>(),
        reader.ReadInt64(),
        reader.ReadInt64(),
        reader.ReadSwitch() ? new ListenTimes(reader.ReadArray<int>(), reader.ReadArray<long>()) : null);
}

/// <summary>When every listen of a log was.</summary>
/// <param name="Counts">Listens of each cell, in the order of the matrix.</param>
/// <param name="Microseconds">Their times, cell by cell, in microseconds since 1970 UTC; 0 when unknown.</param>
internal sealed record ListenTimes(int[] Counts, long[] Microseconds)
{
    /// <summary>Each listen and the one that followed it in its session.</summary>
    /// <param name="plays">The matrix whose cells these are.</param>
    /// <param name="holdout">Numbers users and items as its train part does, and leaves out what was withheld; null for all.</param>
    /// <param name="gap">Silence that ends a session.</param>
    /// <param name="threadCount">Threads; 0 takes every core.</param>
    public NextTrackPairs ToPairs(SparseMatrix plays, Holdout? holdout, TimeSpan gap, int threadCount)
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
        var log = new InteractionRows(
            holdout?.Train.RowCount ?? plays.RowCount, holdout?.Train.ColumnCount ?? plays.ColumnCount, users, items, weights, times)
        {
            ThreadCount = threadCount,
        };
        return NextTrackPairs.FromLog(log, new Algorithms.NextTracks.SessionOptions { Gap = gap }, out _);
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
