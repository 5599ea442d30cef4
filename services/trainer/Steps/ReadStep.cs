using RecSys.Algorithms.Matrices;
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
