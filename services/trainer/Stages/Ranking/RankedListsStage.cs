using RecSys.Algorithms;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Ranking.Features;
using RecSys.Trainer.Checkpoints;
using RecSys.Trainer.Progress;
using RecSys.Trainer.Ranking;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Stages.Ranking;

/// <summary>
/// Makes the final list of every user: candidates of all sources, without what the user has heard, in the order of the ranker.
/// Lists are asked for at the moment after the log's last listen. Each of these takes searches through the whole catalogue; where there
/// are many users, those who did not listen lately get the lists of the personal model, which are made for many users at once.
/// </summary>
internal sealed class RankedListsStage : IStage<RankedListsInput, ListFile>
{
    /// <inheritdoc/>
    public Task<ListFile> RunAsync(RankedListsInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        var settings = input.Settings;
        var count = settings.Get(TrainingSettings.PersonalCount);
        var threads = settings.Get(TrainingSettings.Threads);
        var ranked = settings.Get(RankerSettings.ListUsers);
        progress.Report(
            0, $"{count} tracks for {input.Plays.RowCount:N0} users" + (ranked < input.Plays.RowCount ? $", ranked for the latest {ranked:N0}" : ", ranked"));
        var parts = input.Parts;
        var finder = SourceModels.FinderOf(input.Plays, input.Models.Als!, parts.ItemNeighbors, parts.UserNeighbors, parts.Next);

        // As many candidates as a list is long at least.
        var candidates = new UserCandidates(finder, input.Plays, input.Log.Listens, Math.Max(count, settings.Get(RankerSettings.Candidates)));
        var end = input.Log.Listens.Times.IsEmpty ? 0 : MaxOf(input.Log.Listens.Times) + 1;
        var ranker = new RankedRecommender(
            candidates,
            new FeatureBuilder(parts.Statistics, input.Log.Catalogue),
            input.Log.Listens,
            new long[input.Plays.RowCount].Select(_ => end).ToArray(),
            input.Trees);
        var options = new RecommendOptions { K = count, ThreadCount = threads };
        var isRanked = LatestUsers(input.Log.Listens, ranked);
        return ListFileWriter.WriteAsync(
            input.Path,
            input.Plays.RowCount,
            users =>
            [
                .. Lists(ranker, [.. users.Where(user => isRanked[user])], options, cancellationToken)
                    .Concat(ListsStage.Lists(input.Models, [.. users.Where(user => !isRanked[user])], count, threads, cancellationToken))
                    .OrderBy(row => row.Index),
            ],
            progress,
            cancellationToken);
    }

    // Those whose last listen is the latest; at one time those of lower index.
    private static bool[] LatestUsers(ListeningLog listens, int count)
    {
        var isLatest = new bool[listens.UserCount];
        var last = new long[listens.UserCount];
        for (var user = 0; user < last.Length; user++)
        {
            var times = listens.HistoryOf(user).Times.Span;
            last[user] = times.IsEmpty ? 0 : times[^1];
        }

        foreach (var user in Enumerable.Range(0, last.Length).OrderByDescending(user => last[user]).Take(count))
        {
            isLatest[user] = true;
        }

        return isLatest;
    }

    private static List<ScoredRow> Lists(RankedRecommender ranker, int[] users, RecommendOptions options, CancellationToken cancellationToken)
    {
        var lists = ranker.RecommendWithSources(users, options, cancellationToken);
        var rows = new List<ScoredRow>(users.Length);
        for (var i = 0; i < users.Length; i++)
        {
            rows.Add(new ScoredRow(
                users[i],
                [.. lists[i].Select(item => item.Candidate.ItemIndex)],
                [.. lists[i].Select(item => item.Score)],
                [.. lists[i].Select(item => SourceOf(item.Candidate))]));
        }

        return rows;
    }

    // The source that found the track highest up.
    private static byte SourceOf(MergedCandidate candidate) =>
        (byte)ListsStage.SourceNames.ToList().IndexOf(RankingFeatures.NameOf(candidate.Votes.MinBy(vote => vote.Rank).Source));

    private static long MaxOf(ReadOnlySpan<long> times)
    {
        var latest = 0L;
        foreach (var time in times)
        {
            latest = Math.Max(latest, time);
        }

        return latest;
    }
}
