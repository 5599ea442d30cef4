using RecSys.Algorithms.Als;
using RecSys.Algorithms.Linear;

namespace RecSys.Algorithms.Tests.Als;

public sealed class AlsModelTests
{
    [Fact]
    public void Log_confidence_takes_no_mean_below_one()
    {
        var weights = new float[2];

        ConfidenceWeights.Compute([0.5f, 0.25f], AlsConfidence.Log, alpha: 2, weights);
        weights.ShouldBe([2 * MathF.Log(1.5f), 2 * MathF.Log(1.25f)], 1e-6);

        ConfidenceWeights.Compute([6, 2], AlsConfidence.Log, alpha: 2, weights);
        weights.ShouldBe([2 * MathF.Log(2.5f), 2 * MathF.Log(1.5f)], 1e-6);
    }

    [Fact]
    public void An_interaction_of_weight_zero_is_none()
    {
        var model = AlsModel.Fit(AlsCases.Log(), new AlsOptions { FactorCount = 8, Iterations = 2 });
        var without = new float[8];
        var with = new float[8];

        // Few and many items: the solver takes another way for each.
        foreach (var count in new[] { 2, 20 })
        {
            var items = Enumerable.Range(8, count).ToArray();
            var weights = items.Select(item => 1f + (item % 3)).ToArray();
            model.FoldInUser(items, weights, without);
            model.FoldInUser([0, .. items], [0, .. weights], with);

            with.ShouldBe(without, 1e-4);
        }
    }

    private static readonly AlsOptions Small = new() { FactorCount = 12, Iterations = 4, Regularization = 0.1f };

    [Theory]
    [InlineData(AlsSolver.Cholesky)]
    [InlineData(AlsSolver.ConjugateGradient)]
    public void Any_number_of_threads_gives_the_same_factors(AlsSolver solver)
    {
        var log = AlsCases.Log(300, 200);
        var settings = Small with { Solver = solver };

        var one = AlsModel.Fit(log, settings with { ThreadCount = 1 });
        var four = AlsModel.Fit(log, settings with { ThreadCount = 4 });

        four.UserFactors.ToArray().ShouldBe(one.UserFactors.ToArray());
        four.ItemFactors.ToArray().ShouldBe(one.ItemFactors.ToArray());
    }

    [Fact]
    public void Seeds_differ_and_one_seed_repeats()
    {
        var log = AlsCases.Log();

        var first = AlsModel.Fit(log, Small with { Seed = 1 }).ItemFactors.ToArray();
        AlsModel.Fit(log, Small with { Seed = 1 }).ItemFactors.ToArray().ShouldBe(first);
        AlsModel.Fit(log, Small with { Seed = 2 }).ItemFactors.ToArray().ShouldNotBe(first);
    }

    [Theory]
    [InlineData(AlsSolver.Cholesky)]
    [InlineData(AlsSolver.ConjugateGradient)]
    public void Every_iteration_lowers_the_loss(AlsSolver solver)
    {
        var model = AlsModel.Fit(AlsCases.Log(), Small with { Iterations = 10, ComputeLoss = true, Solver = solver });

        model.Losses.Count.ShouldBe(10);
        for (var i = 1; i < model.Losses.Count; i++)
        {
            model.Losses[i].ShouldBeLessThan(model.Losses[i - 1] * (1 + 1e-6));
        }
    }

    [Fact]
    public void A_warm_start_continues_where_the_training_stopped()
    {
        var log = AlsCases.Log();
        var whole = AlsModel.Fit(log, Small with { ComputeLoss = true });

        var half = AlsModel.Fit(log, Small with { Iterations = 2 });
        var rest = AlsModel.Fit(log, Small with { Iterations = 2, ComputeLoss = true }, new AlsStart(half.ItemFactors, half.UserFactors));

        rest.Losses[1].ShouldBe(whole.Losses[3], 1e-5 * whole.Losses[3]);
    }

    [Fact]
    public void The_factors_a_training_starts_from_stay_as_they_are()
    {
        var log = AlsCases.Log();
        var start = AlsCases.InitialItems(log.ColumnCount, Small.FactorCount);
        var before = start.ToArray();

        AlsModel.Fit(log, Small, new AlsStart(start));

        start.ToArray().ShouldBe(before);
    }

    [Fact]
    public void Training_stops_early_when_the_loss_hardly_falls()
    {
        var reports = new List<AlsProgress>();

        var model = AlsModel.Fit(
            AlsCases.Log(), Small with { Iterations = 200, EarlyStopTolerance = 1e-2 }, progress: reports.Add);

        model.Losses.Count.ShouldBeLessThan(200);
        reports.Count.ShouldBe(model.Losses.Count);
        reports[^1].Loss.ShouldBe(model.Losses[^1]);
        reports.Select(report => report.Iteration).ShouldBe(Enumerable.Range(1, reports.Count));
        reports.ShouldAllBe(report => report.Iterations == 200);
    }

    [Fact]
    public void Training_ends_when_cancelled()
    {
        using var source = new CancellationTokenSource();

        Should.Throw<OperationCanceledException>(() => AlsModel.Fit(
            AlsCases.Log(), Small with { Iterations = 100 }, progress: _ => source.Cancel(), cancellationToken: source.Token));
    }

    [Fact]
    public void Rows_without_interactions_are_zero_and_never_in_a_list()
    {
        var log = AlsCases.Log();
        var model = AlsModel.Fit(log, Small);

        model.UserFactors.Row(AlsCases.ColdUser).ToArray().ShouldAllBe(factor => factor == 0);
        model.ItemFactors.Row(AlsCases.ColdItem).ToArray().ShouldAllBe(factor => factor == 0);
        var lists = model.Recommend([.. Enumerable.Range(0, log.RowCount)], new RecommendOptions { K = 1000, ExcludeSeen = false });
        lists[AlsCases.ColdUser].ShouldBeEmpty();
        lists[0].Length.ShouldBe(log.ColumnCount - 1);
        lists.SelectMany(list => list).ShouldAllBe(item => item.ItemIndex != AlsCases.ColdItem);
        model.SimilarItems([AlsCases.ColdItem], 5)[0].ShouldBeEmpty();
    }

    [Fact]
    public void Training_allocates_nothing_per_row_after_its_first_iterations()
    {
        var log = AlsCases.Log(3000, 300);
        var allocated = new List<long>();

        AlsModel.Fit(
            log,
            Small with { Iterations = 6, ThreadCount = 1 },
            progress: _ => allocated.Add(GC.GetAllocatedBytesForCurrentThread()));

        // What is left is per half step: Gram matrices and their decomposition, whatever the number of rows.
        (allocated[^1] - allocated[^2]).ShouldBeLessThan(3000L * 64);
    }

    [Fact]
    public void Similar_items_are_ordered_by_the_cosine_of_their_vectors()
    {
        var model = AlsModel.Fit(AlsCases.Log(), Small);
        var expected = Enumerable.Range(0, model.ItemCount)
            .Where(item => item is not 4 and not AlsCases.ColdItem)
            .Select(item => (Item: item, Cosine: Cosine(model.ItemFactors.Row(4), model.ItemFactors.Row(item))))
            .OrderByDescending(pair => pair.Cosine)
            .Take(6)
            .ToArray();

        var similar = model.SimilarItems([4], 6)[0];

        similar.Select(item => item.ItemIndex).ShouldBe(expected.Select(pair => pair.Item));
        for (var i = 0; i < similar.Length; i++)
        {
            similar[i].Score.ShouldBe(expected[i].Cosine, 1e-5f);
        }
    }

    private static float Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double product = 0, lengthA = 0, lengthB = 0;
        for (var k = 0; k < a.Length; k++)
        {
            product += a[k] * b[k];
            lengthA += a[k] * a[k];
            lengthB += b[k] * b[k];
        }

        return (float)(product / Math.Sqrt(lengthA * lengthB));
    }
}
