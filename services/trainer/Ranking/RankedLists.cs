using RecSys.Algorithms;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Features;
using RecSys.Algorithms.Trees;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Settings;
using RecSys.Trainer.Steps;

namespace RecSys.Trainer.Ranking;

/// <summary>
/// Makes the final list of every user: candidates of all sources, without what the user has heard, in the order of the ranker.
/// Lists are asked for at the moment after the log's last listen. Each of these takes searches through the whole catalogue; where there
/// are many users, those who did not listen lately get the lists of the personal model, which are made for many users at once.
/// </summary>
internal static class RankedLists
{
    /// <param name="path">The file that the lists are written to.</param>
    /// <param name="log">All plays.</param>
    /// <param name="models">Fitted to all plays.</param>
    /// <param name="listens">All listens.</param>
    /// <param name="parts">Sources and statistics of all listens.</param>
    /// <param name="outcome">The trained ranker.</param>
    /// <param name="settings">Of the training.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static Task<ListFile> WriteAsync(
        string path,
        TrainingLog log,
        FittedModels models,
        RankingLog listens,
        RankingParts parts,
        RankerOutcome outcome,
        TrainingSettings settings,
        StepProgress progress,
        CancellationToken cancellationToken)
    {
        var count = settings.Get(TrainingSettings.PersonalCount);
        var threads = settings.Get(TrainingSettings.Threads);
        var ranked = settings.Get(RankerSettings.ListUsers);
        progress.Report(
            0, $"{count} tracks for {log.Plays.RowCount:N0} users" + (ranked < log.Plays.RowCount ? $", ranked for the latest {ranked:N0}" : ", ranked"));
        var finder = SourceModels.FinderOf(log.Plays, models.Als!, parts.ItemNeighbors, parts.UserNeighbors, parts.Next);

        // As many candidates as a list is long at least.
        var candidates = new UserCandidates(finder, log.Plays, listens.Listens, Math.Max(count, settings.Get(RankerSettings.Candidates)));
        var end = listens.Listens.Times.IsEmpty ? 0 : MaxOf(listens.Listens.Times) + 1;
        var ranker = new RankedRecommender(
            candidates,
            new FeatureBuilder(parts.Statistics, listens.Catalogue),
            listens.Listens,
            new long[log.Plays.RowCount].Select(_ => end).ToArray(),
            TreeEnsemble.Parse(outcome.Trees));
        var options = new RecommendOptions { K = count, ThreadCount = threads };
        var isRanked = LatestUsers(listens.Listens, ranked);
        return ListFile.CreateAsync(
            path,
            log.Plays.RowCount,
            users =>
            [
                .. Lists(ranker, [.. users.Where(user => isRanked[user])], options, cancellationToken)
                    .Concat(ListsStep.Lists(models, [.. users.Where(user => !isRanked[user])], count, threads, cancellationToken))
                    .OrderBy(row => row.Index),
            ],
            progress,
            cancellationToken);
    }

    // Those whose last listen is the latest; at one time those of lower index.
    private static bool[] LatestUsers(ListensByUser listens, int count)
    {
        var isLatest = new bool[listens.UserCount];
        var last = new long[listens.UserCount];
        for (var user = 0; user < last.Length; user++)
        {
            var times = listens.Of(user).Times.Span;
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
        (byte)ListsStep.SourceNames.ToList().IndexOf(RankingFeatures.NameOf(candidate.Votes.MinBy(vote => vote.Rank).Source));

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
