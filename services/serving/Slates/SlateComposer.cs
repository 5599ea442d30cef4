using Microsoft.Extensions.Options;
using RecSys.Contracts.Serving.V1;
using RecSys.Serving.Catalogue;
using RecSys.Serving.Downstream;
using RecSys.Serving.Histories;

namespace RecSys.Serving.Slates;

/// <summary>Makes a slate: history, ranked tracks, names, choice, reasons.</summary>
internal sealed class SlateComposer(
    LiveHistories histories, TrackRanking ranking, TrackCatalogue catalogue, IOptions<ServingOptions> options)
{
    public async Task<RecommendResponse> ComposeAsync(SlateRequest request, CallBudget budget, CancellationToken cancellationToken)
    {
        var history = await histories.GetAsync(request.UserId, budget, cancellationToken);
        var ranked = await ranking.RankAsync(request, history, budget, cancellationToken);
        var choice = ranked.Tracks.Take(request.ChoiceSize).ToArray();
        var names = await catalogue.GetAsync(
            choice.SelectMany(track => track.Sources.Select(source => source.BecauseTrackId).Prepend(track.TrackId)).Where(id => id.Length > 0),
            budget,
            cancellationToken);

        var response = new RecommendResponse { UserId = request.UserId, ModelVersion = ranked.ModelVersion };
        if (history.Missing is { } historyMissing)
        {
            response.Degradations.Add($"database: {historyMissing}; only listens that arrived since the start are known");
        }

        response.Degradations.Add(ranked.Degradations);
        if (names.Missing is { } namesMissing)
        {
            response.Degradations.Add($"database: {namesMissing}; some names are missing");
        }

        response.Degraded = response.Degradations.Count > 0;
        foreach (var track in DiversityGuard.Choose(choice, request.SlateSize, options.Value.MaxTracksPerArtist, id => names[id].Artist))
        {
            response.Items.Add(new RecommendedTrack
            {
                Track = names[track.TrackId],
                Score = track.Score,
                Sources = { track.Sources.Select(source => source.Source) },
                Reason = ReasonWriter.Write(track, id => names[id]),
            });
        }

        return response;
    }
}
