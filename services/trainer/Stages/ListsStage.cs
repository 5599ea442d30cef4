using RecSys.Algorithms;
using RecSys.Trainer.Checkpoints;
using RecSys.Trainer.Progress;

namespace RecSys.Trainer.Stages;

/// <summary>
/// Makes the list of every user, without what the user has heard: the tracks that the personal model ranks highest, then popular
/// ones where it has too few.
/// </summary>
internal sealed class ListsStage : IStage<ListsInput, ListFile>
{
    /// <summary>What the bytes of <see cref="ScoredRow.Sources"/> stand for.</summary>
    public static readonly IReadOnlyList<string> SourceNames = ["als", "popular", "item-knn", "user-knn", "similar", "item-neighbors", "user-neighbors", "next"];

    private const byte PopularSource = 1;

    /// <inheritdoc/>
    public Task<ListFile> RunAsync(ListsInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(0, $"{input.Count} tracks for {input.UserCount:N0} users");
        return ListFileWriter.WriteAsync(
            input.Path,
            input.UserCount,
            users => Lists(input.Models, users, input.Count, input.ThreadCount, cancellationToken),
            progress,
            cancellationToken);
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
