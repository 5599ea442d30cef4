using RecSys.Algorithms;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Features;
using RecSys.Algorithms.Trees;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Ranker;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Steps;

/// <summary>
/// Makes the list of every user, without what the user has heard: the tracks that the personal model ranks highest, then popular
/// ones where it has too few.
/// </summary>
internal static class ListsStep
{
    /// <summary>What the bytes of <see cref="ScoredRow.Sources"/> stand for.</summary>
    public static readonly IReadOnlyList<string> SourceNames = ["als", "popular", "item-knn", "user-knn", "similar", "item-neighbors", "user-neighbors", "next"];

    private const byte PopularSource = 1;

    /// <param name="path">The file that the lists are written to.</param>
    /// <param name="models">Fitted to all plays.</param>
    /// <param name="settings">Of the training.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static Task<ListFile> RunAsync(
        string path, FittedModels models, TrainingSettings settings, StepProgress progress, CancellationToken cancellationToken)
    {
        var (userCount, count, threads) = (models.Popularity.UserCount, settings.Get(TrainingSettings.PersonalCount), settings.Get(TrainingSettings.Threads));
        progress.Report(0, $"{count} tracks for {userCount:N0} users");
        return ListFile.CreateAsync(
            path, userCount, users => Lists(models, users, count, threads, cancellationToken), progress, cancellationToken);
    }

    /// <summary>The lists of some users.</summary>
    public static List<ScoredRow> Lists(FittedModels models, int[] users, int count, int threadCount, CancellationToken cancellationToken)
    {
        var options = new RecommendOptions { K = count, ThreadCount = threadCount };
        var lists = models.Personal?.Recommend(users, options, cancellationToken);
        var source = (byte)Math.Max(0, SourceNames.ToList().IndexOf(models.Personal?.Name ?? ""));
        var rows = new List<ScoredRow>(users.Length);
        for (var i = 0; i < users.Length; i++)
        {
            var list = (lists?[i] ?? []).Select(item => (Item: item, Source: source)).ToList();
            if (list.Count < count)
            {
                FillUp(list, users[i], models, options);
            }

            rows.Add(new ScoredRow(
                users[i],
                [.. list.Select(entry => entry.Item.ItemIndex)],
                [.. list.Select(entry => entry.Item.Score)],
                [.. list.Select(entry => entry.Source)]));
        }

        return rows;
    }

    private static void FillUp(List<(ScoredItem Item, byte Source)> list, int userIndex, FittedModels models, RecommendOptions options)
    {
        var listed = list.Select(entry => entry.Item.ItemIndex).ToHashSet();

        // Below every score of the model: scores are comparable within a list.
        var lowest = list.Count > 0 ? Math.Min(0, list[^1].Item.Score) : 0;
        var popularity = models.Popularity;
        var others = popularity.Recommend([userIndex], options)[0].Where(item => !listed.Contains(item.ItemIndex));
        foreach (var popular in others.Take(options.K - list.Count))
        {
            list.Add((popular with { Score = lowest - 1 + (popular.Score / popularity.UserCount) }, PopularSource));
        }
    }

    /// <summary>
    /// Makes the final list of every user: candidates of all sources, without what the user has heard, in the order of the ranker, at the
    /// moment after the log's last listen. Each of these takes searches through the whole catalogue; where there are many users, those who
    /// did not listen lately get the lists of <see cref="RunAsync"/>, which are made for many users at once.
    /// </summary>
    /// <param name="path">The file that the lists are written to.</param>
    /// <param name="log">All plays.</param>
    /// <param name="models">Fitted to all plays.</param>
    /// <param name="listens">All listens.</param>
    /// <param name="sources">Sources and statistics of all listens.</param>
    /// <param name="outcome">The trained ranker.</param>
    /// <param name="settings">Of the training.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static Task<ListFile> RankedAsync(
        string path,
        TrainingLog log,
        FittedModels models,
        CataloguedListens listens,
        CandidateSources sources,
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
        var finder = sources.FinderOf(log.Plays, models.Als!);

        // As many candidates as a list is long at least.
        var candidates = new UserCandidates(finder, log.Plays, listens.Listens, Math.Max(count, settings.Get(RankerSettings.Candidates)));
        var end = listens.Listens.Times.IsEmpty ? 0 : MaxOf(listens.Listens.Times) + 1;
        var ranker = new RankedRecommender(
            candidates,
            new FeatureBuilder(sources.Statistics, listens.Catalogue),
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
                .. RankedRows(ranker, [.. users.Where(user => isRanked[user])], options, cancellationToken)
                    .Concat(Lists(models, [.. users.Where(user => !isRanked[user])], count, threads, cancellationToken))
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

    private static List<ScoredRow> RankedRows(RankedRecommender ranker, int[] users, RecommendOptions options, CancellationToken cancellationToken)
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
        (byte)SourceNames.ToList().IndexOf(RankingFeatures.NameOf(candidate.Votes.MinBy(vote => vote.Rank).Source));

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
