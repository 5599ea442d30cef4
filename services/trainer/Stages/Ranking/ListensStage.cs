using RecSys.Algorithms.Ranking.Features;
using RecSys.Data.Tracks;
using RecSys.Lake;
using RecSys.Trainer.Progress;
using RecSys.Trainer.Ranking;
using RecSys.Trainer.Trainings;

namespace RecSys.Trainer.Stages.Ranking;

/// <summary>Reads every listen of a log with its time and share, and what the catalogue says of the tracks.</summary>
internal sealed class ListensStage(ListenLake lake, TrackStore tracks, DatabasePatience patience) : IStage<TrainingLog, RankingLog>
{
    /// <inheritdoc/>
    public async Task<RankingLog> RunAsync(TrainingLog input, StageProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(0, "reading listens");
        var users = Positions(input.UserIds);
        var items = Positions(input.TrackIds);
        var (userIndices, itemIndices, times, shares, plays) =
            (new List<int>(), new List<int>(), new List<long>(), new List<float>(), new List<float>());
        await foreach (var listen in lake.ReadListensAsync(InteractionQuery.All, cancellationToken))
        {
            // What came in since the log was read is not part of this training.
            if (users.TryGetValue(listen.UserId, out var user) && items.TryGetValue(listen.TrackId, out var item))
            {
                userIndices.Add(user);
                itemIndices.Add(item);
                times.Add((listen.ListenedAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
                shares.Add(listen.PlayedShare ?? float.NaN);
                plays.Add(listen.PlayCount);
            }
        }

        var listens = await Task.Run(
            () => ListeningLog.Create(
                input.UserIds.Length, input.TrackIds.Length, [.. userIndices], [.. itemIndices], [.. times], [.. shares], [.. plays]),
            cancellationToken);
        progress.Report(0.9, "reading the catalogue");
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

    private static Dictionary<string, int> Positions(string[] ids)
    {
        var positions = new Dictionary<string, int>(ids.Length, StringComparer.Ordinal);
        for (var i = 0; i < ids.Length; i++)
        {
            positions.Add(ids[i], i);
        }

        return positions;
    }
}
