using RecSys.Algorithms;
using RecSys.Data.Models;
using RecSys.Trainer.Progress;

namespace RecSys.Trainer.Stages;

/// <summary>
/// Makes the list of every user, without what the user has heard, and stores it block by block: the tracks that ALS ranks
/// highest, then popular ones where it has too few.
/// </summary>
internal sealed class ListsStage(ModelStore models) : IStage<ListsInput, long>
{
    // Large enough that the threads have enough to do between two blocks, small beside the factors.
    private const int UsersPerBlock = 2_048;

    private const string AlsSource = "als";
    private const string PopularSource = "popular";

    /// <inheritdoc/>
    /// <returns>The number of stored lists.</returns>
    public Task<long> RunAsync(ListsInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(0, $"{input.Count} tracks for {input.Log.UserIds.Length:N0} users");
        return Task.Run(
            () => models.WriteUserRecommendationsAsync(input.ModelVersion, Lists(input, progress, cancellationToken), cancellationToken), cancellationToken);
    }

    private static IEnumerable<UserRecommendationsRecord> Lists(ListsInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        var userIds = input.Log.UserIds;
        var options = new RecommendOptions { K = input.Count, ThreadCount = input.ThreadCount };
        for (var first = 0; first < userIds.Length; first += UsersPerBlock)
        {
            int[] users = [.. Enumerable.Range(first, Math.Min(UsersPerBlock, userIds.Length - first))];
            var lists = input.Models.Als.Recommend(users, options, cancellationToken);
            for (var i = 0; i < users.Length; i++)
            {
                var list = new List<(ScoredItem Item, string Source)>(input.Count);
                list.AddRange(lists[i].Select(item => (item, AlsSource)));
                if (list.Count < input.Count)
                {
                    FillUp(list, users[i], input, options);
                }

                yield return new UserRecommendationsRecord(
                    userIds[users[i]],
                    [.. list.Select(entry => input.Log.TrackIds[entry.Item.ItemIndex])],
                    [.. list.Select(entry => entry.Item.Score)],
                    [.. list.Select(entry => entry.Source)]);
            }

            progress.Report((double)(first + users.Length) / userIds.Length);
        }
    }

    private static void FillUp(List<(ScoredItem Item, string Source)> list, int userIndex, ListsInput input, RecommendOptions options)
    {
        var listed = list.Select(entry => entry.Item.ItemIndex).ToHashSet();

        // Below every score of ALS: scores are comparable within a list.
        var lowest = list.Count > 0 ? Math.Min(0, list[^1].Item.Score) : 0;
        var popularity = input.Models.Popularity;
        foreach (var popular in popularity.Recommend([userIndex], options)[0].Where(item => !listed.Contains(item.ItemIndex)).Take(options.K - list.Count))
        {
            list.Add((popular with { Score = lowest - 1 + (popular.Score / popularity.UserCount) }, PopularSource));
        }
    }
}
