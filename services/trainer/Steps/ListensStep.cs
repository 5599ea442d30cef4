using RecSys.Algorithms.Features;
using RecSys.Analytics.Listens;
using RecSys.Data.Histories;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Ranking;

namespace RecSys.Trainer.Steps;

/// <summary>Reads every listen of a log with its time and share, and what the catalogue says of the tracks.</summary>
internal sealed class ListensStep(LakeQueries queries, TrackStore tracks, DatabasePatience patience)
{
    public async Task<RankingLog> RunAsync(TrainingLog log, StepProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(0, "reading listens");
        var histories = await queries.ReadHistoriesAsync(log.UserIds, log.TrackIds, cancellationToken);
        var listens = ListensByUser.FromOrdered(
            log.TrackIds.Length, histories.Offsets, histories.ItemIndex, histories.Times, histories.Shares, histories.Plays);
        progress.Report(0.9, "reading the catalogue");
        var items = TrainingLog.PositionsOf(log.TrackIds);
        var catalogue = new CatalogueBuilder(log.TrackIds.Length);
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
        return new RankingLog(listens, catalogue.Build(), catalogue.GenreNames, [.. Enumerable.Range(0, log.UserIds.Length)]);
    }
}
