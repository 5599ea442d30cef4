using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Options;
using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Common.V1;
using RecSys.Contracts.Ranker.V1;
using RecSys.Contracts.Serving.V1;
using RecSys.Hosting.ActiveModels;
using RecSys.Serving.Histories;
using RecSys.Serving.Lists;

namespace RecSys.Serving.Slates;

/// <summary>
/// Makes a slate, top to bottom: history, candidates, order, names, choice, reasons. Without the ranker tracks keep the order
/// of retrieval; without candidates the answer is what the trainer stored. Each step down is named in the answer.
/// </summary>
internal sealed class SlateComposer(
    LiveHistories histories,
    CandidateService.CandidateServiceClient candidateService,
    RankerService.RankerServiceClient rankerService,
    StoredSlates stored,
    ModelFollower<ServedVersion> versions,
    TrackCatalogue catalogue,
    Downstream downstream,
    IOptions<ServingOptions> options)
{
    /// <exception cref="Hosting.Errors.RecSysException">FAILED_PRECONDITION: no model has been trained.</exception>
    public async Task<RecommendResponse> ComposeAsync(SlateRequest request, CallBudget budget, CancellationToken cancellationToken)
    {
        var degradations = new List<string>();
        var history = await histories.GetAsync(request.UserId, budget, cancellationToken);
        if (history.Missing is { } historyMissing)
        {
            degradations.Add($"database: {historyMissing}; only listens that arrived since the start are known");
        }

        var filter = new SlateFilter(history.Listens, request.IncludeHeard, request.ExcludedTrackIds);
        var retrieved = await RetrieveAsync(request, history.Listens, modelVersion: "", budget, cancellationToken);
        var (version, ranked) = retrieved.IsThere
            ? await RankAsync(request, history.Listens, filter, retrieved.Value, degradations, budget, cancellationToken)
            : await ReadStoredAsync(request, history.Listens, filter, retrieved.Cause, degradations, budget, cancellationToken);

        var choice = ranked.Take(request.ChoiceSize).ToArray();
        var names = await catalogue.GetAsync(choice.SelectMany(track => track.TrackIds), budget, cancellationToken);
        if (names.Missing is { } namesMissing)
        {
            degradations.Add($"database: {namesMissing}; some names are missing");
        }

        var slate = DiversityGuard.Choose(choice, request.SlateSize, options.Value.MaxTracksPerArtist, id => names[id].Artist);
        return new RecommendResponse
        {
            UserId = request.UserId,
            ModelVersion = version,
            Degraded = degradations.Count > 0,
            Degradations = { degradations },
            Items =
            {
                slate.Select(track => new RecommendedTrack
                {
                    Track = names[track.TrackId],
                    Score = track.Score,
                    Sources = { track.Sources.Select(source => source.Source) },
                    Reason = ReasonWriter.Write(track, id => names[id]),
                }),
            },
        };
    }

    private Task<DownstreamAnswer<GetCandidatesResponse>> RetrieveAsync(
        SlateRequest request, IReadOnlyList<HistoryListen> history, string modelVersion, CallBudget budget, CancellationToken cancellationToken)
    {
        var call = new GetCandidatesRequest
        {
            ModelVersion = modelVersion,
            UserId = request.UserId,
            CandidateCount = Math.Max(options.Value.CandidateCount, request.SlateSize),
            IncludeHeard = request.IncludeHeard,
            ExcludedTrackIds = { request.ExcludedTrackIds },
            History = { history.Select(ToContract) },
        };
        return downstream.Candidate.TryAsync(
            token => candidateService.GetCandidatesAsync(call, downstream.Candidate.Limits(budget, token)).ResponseAsync, budget, cancellationToken);
    }

    private async Task<(string ModelVersion, IReadOnlyList<SlateTrack> Tracks)> RankAsync(
        SlateRequest request,
        IReadOnlyList<HistoryListen> history,
        SlateFilter filter,
        GetCandidatesResponse retrieved,
        List<string> degradations,
        CallBudget budget,
        CancellationToken cancellationToken)
    {
        // The candidate service was told what is denied, too; a listen may have come in the meantime.
        var candidates = retrieved.Candidates.Where(candidate => filter.Allows(candidate.TrackId)).ToArray();
        if (candidates.Length == 0)
        {
            return (retrieved.ModelVersion, []);
        }

        var call = new RankRequest
        {
            UserId = request.UserId,
            ModelVersion = retrieved.ModelVersion,
            Candidates = { candidates },
            History = { history.Select(ToContract) },
            TrackCount = Math.Min(request.ChoiceSize, candidates.Length),
        };
        var ranked = await downstream.Ranker.TryAsync(
            token => rankerService.RankAsync(call, downstream.Ranker.Limits(budget, token)).ResponseAsync, budget, cancellationToken);
        if (ranked.IsThere)
        {
            return (retrieved.ModelVersion, InRankOrder(candidates, ranked.Value));
        }

        // The ranker may be the last to load a new version. Both hold the one before: the answer is made from that.
        if (ranked.Cause == DownstreamPart.NoModel && retrieved.PreviousModelVersion.Length > 0)
        {
            var before = await RetrieveAsync(request, history, retrieved.PreviousModelVersion, budget, cancellationToken);
            if (before.IsThere)
            {
                return await RankAsync(request, history, filter, before.Value, degradations, budget, cancellationToken);
            }
        }

        degradations.Add($"ranker: {ranked.Cause}; tracks are in the order of retrieval");
        return (retrieved.ModelVersion, [.. candidates.Select((candidate, place) => ToTrack(candidate, 1.0 / (place + 1), ranked: null))]);
    }

    private async Task<(string ModelVersion, IReadOnlyList<SlateTrack> Tracks)> ReadStoredAsync(
        SlateRequest request,
        IReadOnlyList<HistoryListen> history,
        SlateFilter filter,
        string cause,
        List<string> degradations,
        CallBudget budget,
        CancellationToken cancellationToken)
    {
        var version = await versions.RequireAsync(downstream.Database.LongestWait(budget), cancellationToken);
        var answer = await stored.GetAsync(version, request.UserId, history, filter, request.SlateSize, budget, cancellationToken);
        degradations.Add(answer.Steps.Count == 0
            ? $"candidate: {cause}; nothing that is stored may be shown"
            : $"candidate: {cause}; answered from {string.Join(", ", answer.Steps)}");
        if (answer.DatabaseMissing is { } missing)
        {
            degradations.Add($"database: {missing}; answered from memory");
        }

        return (version.Version, answer.Tracks);
    }

    private static IReadOnlyList<SlateTrack> InRankOrder(IReadOnlyList<CandidateTrack> candidates, RankResponse response)
    {
        var byTrack = candidates.ToDictionary(candidate => candidate.TrackId, StringComparer.Ordinal);
        return
        [
            .. response.Tracks.Select(ranked => byTrack.TryGetValue(ranked.TrackId, out var candidate)
                ? ToTrack(candidate, ranked.Score, ranked)
                : throw new InvalidOperationException($"The ranker returned track '{ranked.TrackId}', which it was not given.")),
        ];
    }

    // The strongest source first, as the reason is written from it: by contribution where the ranker tells, then by place.
    private static SlateTrack ToTrack(CandidateTrack candidate, double score, RankedTrack? ranked) => new(
        candidate.TrackId,
        score,
        [
            .. candidate.Sources
                .OrderByDescending(source => ranked?.Contributions.FirstOrDefault(c => c.Source == source.Source)?.Contribution ?? 0)
                .ThenBy(source => source.Rank)
                .Select(source => new SlateSource(source.Source, source.Score, source.BecauseTrackId)),
        ]);

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
}
