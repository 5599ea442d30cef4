using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Splits;

namespace RecSys.Algorithms.Tests.ItemModels;

public sealed class PopularityModelTests
{
    // Item 0: one user, 10 plays. Item 1: three users, 3 plays. Item 2: two users, 4 plays. Item 3: nobody.
    private static readonly SparseMatrix Train = SparseMatrix.FromTriples(
        3, 4, [0, 0, 1, 2, 1, 2], [0, 1, 1, 1, 2, 2], [10, 1, 1, 1, 2, 2]);

    [Fact]
    public void Each_measure_ranks_by_its_own_figure()
    {
        PopularityModel.Fit(Train).Top(4).Select(i => (i.ItemIndex, i.Score)).ShouldBe([(0, 10f), (2, 4f), (1, 3f)]);
        PopularityModel.Fit(Train, PopularityMeasure.Users).Top(4).Select(i => (i.ItemIndex, i.Score)).ShouldBe([(1, 3f), (2, 2f), (0, 1f)]);
        PopularityModel.Fit(Train, PopularityMeasure.Rating).Top(4).Select(i => (i.ItemIndex, i.Score)).ShouldBe([(1, 1f), (2, 0.5f), (0, 0f)]);
    }

    [Fact]
    public void A_popular_item_carries_all_its_figures() =>
        PopularityModel.Fit(Train, PopularityMeasure.Users).Top(2)[1].ShouldBe(new PopularItem(2, 2, 2, 2, 4, 0.5f));

    [Fact]
    public void Old_plays_count_half_for_every_half_life()
    {
        const long Day = 86_400_000_000;
        var log = new InteractionRows(1, 2, [0, 0, 0], [0, 1, 1], [1, 2, 1], [20 * Day, 0, 10 * Day]);

        var model = PopularityModel.FitRecent(log, TimeSpan.FromDays(10));

        model.Top(2).Select(i => (i.ItemIndex, i.Score)).ShouldBe([(0, 1f), (1, 1f)]);
        PopularityModel.FitRecent(log, TimeSpan.FromDays(10), DateTimeOffset.UnixEpoch.AddDays(30)).Top(1)[0].Score.ShouldBe(0.5f);
    }

    [Fact]
    public void A_play_after_the_moment_counts_in_full_and_not_more()
    {
        const long Day = 86_400_000_000;
        var log = new InteractionRows(1, 1, [0, 0], [0, 0], [1, 1], [0, 20 * Day]);

        PopularityModel.FitRecent(log, TimeSpan.FromDays(10), DateTimeOffset.UnixEpoch.AddDays(10)).Top(1)[0].Score.ShouldBe(1.5f);
    }

    [Fact]
    public void Equal_popularity_is_ordered_by_index()
    {
        var train = SparseMatrix.FromTriples(1, 3, [0, 0, 0], [2, 0, 1], [5, 5, 5]);

        PopularityModel.Fit(train).Top(3).Select(i => i.ItemIndex).ShouldBe([0, 1, 2]);
    }

    [Fact]
    public void Ratings_of_equally_heard_items_are_1() =>
        PopularityModel.Fit(SparseMatrix.FromTriples(1, 3, [0, 0], [0, 1], [5, 9])).Ratings.ShouldBe([1f, 1f, 0f]);

    [Fact]
    public void Settings_that_make_no_sense_are_named_errors()
    {
        var log = new InteractionRows(1, 1, [0], [0], [1], [0]);

        Should.Throw<AlgorithmException>(() => PopularityModel.FitRecent(log, TimeSpan.Zero)).Error.ShouldBe(AlgorithmError.InvalidSetting);
        Should.Throw<AlgorithmException>(() => PopularityModel.Fit(Train, PopularityMeasure.RecentPlays)).Error.ShouldBe(AlgorithmError.MissingData);
        Should.Throw<AlgorithmException>(() => PopularityModel.Fit(Train).Top(0)).Error.ShouldBe(AlgorithmError.InvalidSetting);
    }
}
