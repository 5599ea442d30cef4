using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;

namespace RecSys.Algorithms.Tests.Neighbors;

/// <summary>
/// Listened shares, done by hand. User 0 (mean 0.5) hears track 0 in full and skips track 1; user 1 (mean 0.6) hears track 0 twice,
/// 1 and 0.8, skips track 1 and hears 0.6 of track 2; user 2 always hears 0.3.
/// </summary>
public sealed class UserNeighborModelTests
{
    private static readonly ListenedShares Shares = ListenedShares.FromListens(
        3, 4, [0, 0, 1, 1, 1, 1, 2, 2, 2], [0, 1, 0, 0, 1, 2, 0, 3, 1], [1, 0, 1, 0.8f, 0, 0.6f, 0.3f, 0.3f, 0.3f]);

    [Fact]
    public void Shares_are_compared_with_the_mean_of_all_listens_of_a_user()
    {
        Shares.MeanShares[0].ShouldBe(0.5, 1e-6);
        Shares.MeanShares[1].ShouldBe(0.6, 1e-6);
        Shares.Deviations.RowValues(0).ToArray().ShouldBe([0.5f, -0.5f], 1e-6);
        Shares.Deviations.RowValues(1).ToArray().ShouldBe([0.3f, -0.6f, 0f], 1e-6);
        Shares.Listened[1, 0].ShouldBe(2);
    }

    [Fact]
    public void A_user_whose_shares_are_all_equal_resembles_nobody()
    {
        Shares.Deviations.RowValues(2).ToArray().ShouldBe([0f, 0, 0]);
        var statistics = UserNeighborModel.Fit(Shares).Statistics();

        statistics.UsersWithoutNeighbors.ShouldBe(1);
        statistics.MeanPositiveNeighbors.ShouldBe(2.0 / 3);
        statistics.MeanNegativeNeighbors.ShouldBe(0);
    }

    [Fact]
    public void Scores_are_similarities_times_deviations()
    {
        var model = UserNeighborModel.Fit(Shares);
        var scores = new float[4];

        model.Score(0, scores);

        var similarity = ((0.5 * 0.3) + (0.5 * 0.6)) / (Math.Sqrt(0.5) * Math.Sqrt(0.45));
        model.Neighbors.Similarity(0, 1).ShouldBe((float)similarity, 1e-6f);
        scores.ShouldBe([(float)(0.3 * similarity), (float)(-0.6 * similarity), 0, 0], 1e-6);
    }

    [Fact]
    public void Centred_counts_give_the_same_as_shares_of_single_listens()
    {
        var counts = SparseMatrix.FromTriples(2, 3, [0, 0, 1, 1, 1], [0, 1, 0, 1, 2], [4, 1, 9, 2, 1]);
        var shares = ListenedShares.FromListens(2, 3, [0, 0, 1, 1, 1], [0, 1, 0, 1, 2], [4, 1, 9, 2, 1]);

        UserNeighborModel.Fit(counts).Neighbors.Similarity(0, 1)
            .ShouldBe(UserNeighborModel.Fit(shares).Neighbors.Similarity(0, 1), 1e-6f);
    }

    [Fact]
    public void Kept_neighbours_are_the_most_similar_ones_above_0()
    {
        var random = new Random(8);
        var users = Enumerable.Range(0, 2000).Select(_ => random.Next(50)).ToArray();
        var items = Enumerable.Range(0, 2000).Select(_ => random.Next(80)).ToArray();
        var shares = Enumerable.Range(0, 2000).Select(_ => random.NextSingle()).ToArray();
        var listened = ListenedShares.FromListens(50, 80, users, items, shares);

        var all = UserNeighborModel.Fit(listened).Neighbors;
        var few = UserNeighborModel.Fit(listened, new UserNeighborOptions { NeighborCount = 5 }).Neighbors;

        for (var user = 0; user < 50; user++)
        {
            few.Similarities(user).ToArray().OrderDescending()
                .ShouldBe(all.Similarities(user).ToArray().Where(s => s > 0).OrderDescending().Take(5));
        }
    }

    [Fact]
    public void Bad_input_is_a_named_error()
    {
        Should.Throw<AlgorithmException>(() => ListenedShares.FromListens(1, 1, [0], [0], [])).Error.ShouldBe(AlgorithmError.MismatchedSizes);
        Should.Throw<AlgorithmException>(() => ListenedShares.FromListens(1, 1, [0], [0], [float.NaN])).Error.ShouldBe(AlgorithmError.NotANumber);
        Should.Throw<AlgorithmException>(() => UserNeighborModel.Fit(Shares, new UserNeighborOptions { NeighborCount = -1 }))
            .Error.ShouldBe(AlgorithmError.InvalidSetting);
        Should.Throw<AlgorithmException>(() => UserNeighborModel.Fit(Shares, new UserNeighborOptions { MemoryLimitBytes = 1 }))
            .Error.ShouldBe(AlgorithmError.TooLarge);
    }
}
