using RecSys.Algorithms;
using RecSys.Trainer.Pipeline;
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
}
