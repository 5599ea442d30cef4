using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Options;
using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Ranker.V1;
using RecSys.Serving.Downstream;
using RecSys.Serving.Fallback;
using RecSys.Serving.Histories;
using RecSys.Serving.Models;

namespace RecSys.Serving.Slates;

/// <summary>
/// Finds and orders the tracks for a user: candidates in the ranker's order; without the ranker in the order of retrieval;
/// without candidates what the trainer stored. Each step down is named.
/// </summary>
internal sealed class TrackRanking(
    CandidateCalls candidates, RankerCalls ranker, StoredAnswers stored, PublishedModels models, IOptions<ServingOptions> options)
{
    public async Task<RankedTracks> RankAsync(
        SlateRequest request, HistoryView history, CallBudget budget, CancellationToken cancellationToken)
    {
        var filter = new SlateFilter(history.Listens, request.IncludeHeard, request.ExcludedTrackIds);
        var retrieved = await candidates.GetCandidatesAsync(ToCandidatesRequest(request, history), budget, cancellationToken);
        if (!retrieved.IsThere)
        {
            return await FromStoreAsync(request, history, filter, retrieved.Cause, budget, cancellationToken);
        }

        // The candidate service was told all this, too; a listen may have come in the meantime.
        var allowed = retrieved.Value.Candidates.Where(candidate => filter.Allows(candidate.TrackId)).ToArray();
        if (allowed.Length == 0)
        {
            return new RankedTracks(retrieved.Value.ModelVersion, [], []);
        }

        var ranked = await ranker.RankAsync(
            new RankRequest
            {
                UserId = request.UserId,
                ModelVersion = retrieved.Value.ModelVersion,
                Candidates = { allowed },
                History = { history.Listens.Select(ToContract) },
                TrackCount = Math.Min(request.ChoiceSize, allowed.Length),
            },
            budget,
            cancellationToken);
        return ranked.IsThere
            ? new RankedTracks(retrieved.Value.ModelVersion, InRankOrder(allowed, ranked.Value), [])
            : new RankedTracks(
                retrieved.Value.ModelVersion, InRetrievalOrder(allowed), [$"ranker: {ranked.Cause}; tracks are in the order of retrieval"]);
    }

    private async Task<RankedTracks> FromStoreAsync(
        SlateRequest request,
        HistoryView history,
        SlateFilter filter,
        string cause,
        CallBudget budget,
        CancellationToken cancellationToken)
    {
        var model = await models.RequireAsync(budget, cancellationToken);
        var answer = await stored.GetAsync(
            model, request.UserId, history.Listens, filter, request.SlateSize, budget, cancellationToken);
        var degradations = new List<string>
        {
            answer.Steps.Count == 0
                ? $"candidate: {cause}; nothing that is stored may be shown"
                : $"candidate: {cause}; answered from {string.Join(", ", answer.Steps)}",
        };
        if (answer.DatabaseMissing is { } missing)
        {
            degradations.Add($"database: {missing}; answered from memory");
        }

        return new RankedTracks(model.Version, answer.Tracks, degradations);
    }

    private GetCandidatesRequest ToCandidatesRequest(SlateRequest request, HistoryView history)
    {
        var call = new GetCandidatesRequest
        {
            UserId = request.UserId,
            CandidateCount = Math.Max(options.Value.CandidateCount, request.SlateSize),
            IncludeHeard = request.IncludeHeard,
            ExcludedTrackIds = { request.ExcludedTrackIds },
        };
        foreach (var listen in history.Listens)
        {
            call.History.Add(ToContract(listen));
        }

        return call;
    }

    private static RecentListen ToContract(HistoryListen listen)
    {
        var recent = new RecentListen
        {
            TrackId = listen.TrackId,
            ListenTime = Timestamp.FromDateTimeOffset(listen.ListenedAt),
            PlayCount = (uint)listen.PlayCount,
        };
        if (listen.PlayedShare is { } share)
        {
            recent.PlayedShare = share;
        }

        return recent;
    }

    private static IReadOnlyList<SlateTrack> InRankOrder(IReadOnlyList<CandidateTrack> candidates, RankResponse response)
    {
        var byTrack = candidates.ToDictionary(candidate => candidate.TrackId, StringComparer.Ordinal);
        var tracks = new List<SlateTrack>(response.Tracks.Count);
        foreach (var ranked in response.Tracks)
        {
            if (!byTrack.TryGetValue(ranked.TrackId, out var candidate))
            {
                throw new InvalidOperationException($"The ranker returned track '{ranked.TrackId}', which it was not given.");
            }

            tracks.Add(new SlateTrack(
                ranked.TrackId,
                ranked.Score,
                [
                    .. candidate.Sources
                        .OrderByDescending(source => ranked.Contributions.FirstOrDefault(c => c.Source == source.Source)?.Contribution ?? 0)
                        .ThenBy(source => source.Rank)
                        .Select(source => new SlateSource(source.Source, source.Score, source.BecauseTrackId)),
                ]));
        }

        return tracks;
    }

    private static IReadOnlyList<SlateTrack> InRetrievalOrder(IReadOnlyList<CandidateTrack> candidates) =>
    [
        .. candidates.Select((candidate, place) => new SlateTrack(
            candidate.TrackId,
            1.0 / (place + 1),
            [
                .. candidate.Sources
                    .OrderBy(source => source.Rank)
                    .Select(source => new SlateSource(source.Source, source.Score, source.BecauseTrackId)),
            ])),
    ];
}
