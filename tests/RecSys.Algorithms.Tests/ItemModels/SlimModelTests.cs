using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Tests.ItemModels;

public sealed class SlimModelTests
{
    private static readonly SparseMatrix Train = EaseModelTests.Random(users: 80, items: 50);

    private static readonly SlimOptions Plain = new()
    {
        NeighborCount = 50,
        Regularization = 4,
        RelativeRegularization = 0,
        UserExponent = 0,
        CandidateExponent = 0,
        UnobservedWeight = 1,
    };

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public void With_every_item_as_a_neighbour_it_is_ease(double userExponent)
    {
        // Of so many users, some have each pair of items in common: every item is a possible neighbour of every other.
        var train = EaseModelTests.Random(users: 400, items: 50);
        var ease = EaseModelTests.Weights(EaseModel.Fit(train, new EaseOptions { Regularization = 4, UserExponent = userExponent }));
        var slim = EaseModelTests.Weights(SlimModel.Fit(train, Plain with { UserExponent = userExponent }));

        for (var item = 0; item < 50; item++)
        {
            for (var other = 0; other < 50; other++)
            {
                slim[item, other].ShouldBe(ease[item, other], 1e-4f);
            }
        }
    }

    [Fact]
    public void Weights_solve_the_weighted_regression_on_the_chosen_neighbours()
    {
        var options = Plain with
        {
            NeighborCount = 12,
            RelativeRegularization = 0.5,
            UserExponent = 0.3,
            CandidateExponent = 0.2,
            UnobservedWeight = 0.4,
        };

        var weights = SlimModel.Fit(Train, options).Weights;

        var byCandidate = weights.Transpose();
        for (var candidate = 0; candidate < 50; candidate++)
        {
            var neighbors = byCandidate.RowColumns(candidate).ToArray();
            neighbors.Length.ShouldBe(12);
            var unscaled = Math.Pow(Diagonal(candidate, options), options.CandidateExponent);
            foreach (var neighbor in neighbors)
            {
                var gradient = 0.0;
                for (var user = 0; user < Train.RowCount; user++)
                {
                    if (Train[user, neighbor] > 0)
                    {
                        var liked = Train[user, candidate] > 0;
                        var predicted = neighbors.Where(n => Train[user, n] > 0).Sum(n => weights[n, candidate] * unscaled);
                        gradient += UserWeight(user, options) * (liked ? 1 - predicted : options.UnobservedWeight * -predicted);
                    }
                }

                var ridge = options.Regularization
                    + (options.UnobservedWeight * options.RelativeRegularization * Diagonal(neighbor, options));
                gradient.ShouldBe(ridge * weights[neighbor, candidate] * unscaled, 1e-3);
            }
        }
    }

    [Fact]
    public void Co_occurrences_are_the_same_from_the_dense_square_and_from_sparse_rows()
    {
        var ones = Train.MapValues((_, _, _) => 1);
        var counts = Cooccurrences.Count(ones, ones.Transpose(), null, long.MaxValue, 2, CancellationToken.None);
        var order = Enumerable.Range(0, 50).ToArray();
        Array.Sort(order, counts.ByRowLength);
        var values = new float[49];

        counts.TryReadDense(order[0], order.AsSpan(1), values).ShouldBeTrue();

        for (var i = 0; i < 49; i++)
        {
            values[i].ShouldBe(counts.Pairs.Similarity(order[0], order[i + 1]));
            values[i].ShouldBe(Enumerable.Range(0, 80).Count(u => Train[u, order[0]] > 0 && Train[u, order[i + 1]] > 0));
        }
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_weights()
    {
        var one = SlimModel.Fit(Train, Plain with { NeighborCount = 9, ThreadCount = 1 }).Weights;
        var three = SlimModel.Fit(Train, Plain with { NeighborCount = 9, ThreadCount = 3 }).Weights;

        for (var item = 0; item < 50; item++)
        {
            three.RowColumns(item).ToArray().ShouldBe(one.RowColumns(item).ToArray());
            three.RowValues(item).ToArray().ShouldBe(one.RowValues(item).ToArray());
        }
    }

    [Fact]
    public void Settings_out_of_range_are_named()
    {
        SlimOptions[] wrong =
        [
            Plain with { NeighborCount = 0 },
            Plain with { NeighborCount = 5000 },
            Plain with { Regularization = 0 },
            Plain with { RelativeRegularization = -1 },
            Plain with { UserExponent = 3 },
            Plain with { CandidateExponent = -1 },
            Plain with { UnobservedWeight = 0 },
            Plain with { UnobservedWeight = 2 },
            Plain with { ThreadCount = -1 },
        ];
        foreach (var options in wrong)
        {
            Should.Throw<AlgorithmException>(() => SlimModel.Fit(Train, options)).Error.ShouldBe(AlgorithmError.InvalidSetting);
        }

        Should.Throw<AlgorithmException>(() => SlimModel.Fit(Train, Plain with { MemoryLimitBytes = 8 })).Error.ShouldBe(AlgorithmError.TooLarge);
    }

    private static double UserWeight(int user, SlimOptions options) => Math.Pow(Train.RowLength(user), -options.UserExponent);

    private static double Diagonal(int item, SlimOptions options) =>
        Enumerable.Range(0, Train.RowCount).Where(user => Train[user, item] > 0).Sum(user => UserWeight(user, options));
}
