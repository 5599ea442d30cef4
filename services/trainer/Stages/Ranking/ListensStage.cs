using RecSys.Algorithms.Ranking.Features;
using RecSys.Analytics.Listens;
using RecSys.Data.Histories;
using RecSys.Trainer.Progress;
using RecSys.Trainer.Ranking;
using RecSys.Trainer.Trainings;

namespace RecSys.Trainer.Stages.Ranking;

/// <summary>Reads every listen of a log with its time and share, and what the catalogue says of the tracks.</summary>
internal sealed class ListensStage(LakeQueries queries, TrackStore tracks, DatabasePatience patience) : IStage<TrainingLog, RankingLog>
{
    /// <inheritdoc/>
    public async Task<RankingLog> RunAsync(TrainingLog input, StageProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(0, "reading listens");
        var histories = await queries.ReadHistoriesAsync(input.UserIds, input.TrackIds, cancellationToken);
        var listens = ListeningLog.FromOrdered(
            input.TrackIds.Length, histories.Offsets, histories.ItemIndex, histories.Times, histories.Shares, histories.Plays);
        progress.Report(0.9, "reading the catalogue");
        var items = IdPositions.Of(input.TrackIds);
        var catalogue = new CatalogueBuilder(input.TrackIds.Length);
        await patience.RunAsync(
            async token =>
            {
                await foreach (var track in tracks.ReadAllAsync(token))
                {
                    if (items.TryGetValue(track.TrackId, out var item))
                    {
                        catalogue.Set(item, track.Artist, track.Album, track.Genres);
                    }
                }
            },
            cancellationToken);
        progress.Report(1, $"{listens.Count:N0} listens, {catalogue.KnownCount:N0} tracks of the catalogue");
        return new RankingLog(listens, catalogue.Build(), catalogue.GenreNames, [.. Enumerable.Range(0, input.UserIds.Length)]);
    }
}
