using RecSys.Algorithms;
using RecSys.Data.Models;
using RecSys.Trainer.Progress;

namespace RecSys.Trainer.Stages;

/// <summary>
/// Makes and stores the list of every user, without what the user has heard: the tracks that ALS ranks highest, then popular
/// ones where it has too few.
/// </summary>
internal sealed class ListsStage(ModelStore models, BlockWriter blocks) : IStage<ListsInput, long>
{
    private const string AlsSource = "als";
    private const string PopularSource = "popular";

    /// <inheritdoc/>
    /// <returns>The number of stored lists.</returns>
    public Task<long> RunAsync(ListsInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(0, $"{input.Count} tracks for {input.Log.UserIds.Length:N0} users");
        return blocks.WriteAsync(
            input.Log.UserIds.Length,
            users => Lists(input, users, cancellationToken),
            (lists, token) => models.WriteUserRecommendationsAsync(input.ModelVersion, lists, token),
            progress,
            cancellationToken);
    }

    private static List<UserRecommendationsRecord> Lists(ListsInput input, int[] users, CancellationToken cancellationToken)
    {
        var options = new RecommendOptions { K = input.Count, ThreadCount = input.ThreadCount };
        var lists = input.Models.Als.Recommend(users, options, cancellationToken);
        var records = new List<UserRecommendationsRecord>(users.Length);
        for (var i = 0; i < users.Length; i++)
        {
            var list = lists[i].Select(item => (Item: item, Source: AlsSource)).ToList();
            if (list.Count < input.Count)
            {
                FillUp(list, users[i], input, options);
            }

            records.Add(new UserRecommendationsRecord(
                input.Log.UserIds[users[i]],
                [.. list.Select(entry => input.Log.TrackIds[entry.Item.ItemIndex])],
                [.. list.Select(entry => entry.Item.Score)],
                [.. list.Select(entry => entry.Source)]));
        }

        return records;
    }

    private static void FillUp(List<(ScoredItem Item, string Source)> list, int userIndex, ListsInput input, RecommendOptions options)
    {
        var listed = list.Select(entry => entry.Item.ItemIndex).ToHashSet();

        // Below every score of ALS: scores are comparable within a list.
        var lowest = list.Count > 0 ? Math.Min(0, list[^1].Item.Score) : 0;
        var popularity = input.Models.Popularity;
        var others = popularity.Recommend([userIndex], options)[0].Where(item => !listed.Contains(item.ItemIndex));
        foreach (var popular in others.Take(options.K - list.Count))
        {
            list.Add((popular with { Score = lowest - 1 + (popular.Score / popularity.UserCount) }, PopularSource));
        }
    }
}
