using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.Hybrid;
using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;

namespace RecSys.Algorithms.Tests.Hybrid;

public sealed class HybridTunerTests
{
    private static readonly (SparseMatrix Train, SparseMatrix Test) Data = HybridModelTests.Blocks(new Random(21));

    private static readonly TuningOptions Options = new()
    {
        TimeLimit = TimeSpan.FromSeconds(15),
        MaxFactorCount = 16,
        Metric = Metric.Parse("ndcg@10"),
    };

    [Fact]
    public void A_tuned_hybrid_beats_popularity_and_was_never_shown_the_test_part()
    {
        var result = HybridTuner.Tune(Data.Train, Options);

        var evaluation = new EvaluationOptions { Metrics = [Options.Metric] };
        var tuned = Evaluator.Evaluate(result.Model, Data.Train, Data.Test, evaluation).Metrics[0].Value;
        var popular = Evaluator.Evaluate(PopularityModel.Fit(Data.Train), Data.Train, Data.Test, evaluation).Metrics[0].Value;
        tuned.ShouldBeGreaterThan(2 * popular);
        result.ValidationValue.ShouldBeGreaterThanOrEqualTo(result.Trials.Max(t => t.Value) - 1e-6);
        result.Trials.Select(t => t.Model).Distinct().Order().ShouldBe(["als", "item-knn", "slim"]);
        result.Options.Describe().ShouldNotBeEmpty();
        result.Model.UserCount.ShouldBe(Data.Train.RowCount);
    }

    [Fact]
    public void However_short_the_time_every_model_is_fitted_once()
    {
        var result = HybridTuner.Tune(Data.Train, Options with { TimeLimit = TimeSpan.FromTicks(1) });

        result.Trials.Select(t => t.Model).ShouldBe(["item-knn", "slim", "als"]);
        result.Trials.ShouldAllBe(t => t.Failure == null && t.Value > 0);
    }

    [Fact]
    public void Trials_stop_when_the_clock_says_so()
    {
        // Every look at this clock takes a second.
        var result = HybridTuner.Tune(Data.Train, Options with { TimeLimit = TimeSpan.FromSeconds(60) }, time: new TickingClock());

        result.Trials.Count.ShouldBeInRange(4, 40);
        (result.SearchSeconds + result.FitSeconds).ShouldBeLessThan(90);
    }

    [Fact]
    public void The_same_seed_and_number_of_trials_find_the_same_whatever_the_clock_says()
    {
        var options = Options with { MaxTrials = 20, TimeLimit = TimeSpan.FromTicks(1) };

        var first = HybridTuner.Tune(Data.Train, options);
        var second = HybridTuner.Tune(Data.Train, options with { ThreadCount = 1 }, time: new TickingClock());

        first.Trials.Count.ShouldBeInRange(10, 20);
        second.Trials.Select(Found).ShouldBe(first.Trials.Select(Found));
        second.Options.Describe().ShouldBe(first.Options.Describe());
        second.ValidationValue.ShouldBe(first.ValidationValue);
        HybridTuner.Tune(Data.Train, options with { Seed = 43 }).ValidationValue.ShouldNotBe(first.ValidationValue);

        static string Found(TuningTrial trial) => $"{trial.Model} {trial.Value:R} {string.Join(' ', trial.Settings)}";
    }

    [Fact]
    public void One_trial_is_one_of_each_kind_of_model()
    {
        var result = HybridTuner.Tune(Data.Train, Options with { MaxTrials = 1 });

        result.Trials.Select(t => t.Model).ShouldBe(["item-knn", "slim", "als"]);
    }

    [Fact]
    public void A_part_that_fits_the_sample_but_not_all_of_train_is_left_out_with_its_reason()
    {
        // Of a sample the pairs of items fit into the memory, of all of train they don't.
        var options = Options with { MaxTrials = 10, MaxSearchCells = 1000 };
        var pairsOfSample = ItemNeighborModel.Fit(SearchData.Create(Data.Train, options).Train).Neighbors.NeighborCount;
        var pairsOfAll = ItemNeighborModel.Fit(Data.Train).Neighbors.NeighborCount;
        pairsOfAll.ShouldBeGreaterThan(pairsOfSample);

        var result = HybridTuner.Tune(Data.Train, options with { MemoryLimitBytes = 4 * (pairsOfSample + pairsOfAll) });

        var left = result.Trials.Skip(10).ToArray();
        left.ShouldNotBeEmpty();
        left.ShouldAllBe(t => t.Failure!.StartsWith("On all of train: ") && t.Failure.Contains("MemoryLimitBytes"));
        result.Model.Components.Select(c => c.Model.Name).ShouldNotContain(left[0].Model);
        result.Options.Describe()[$"hybrid.{left[0].Model}"].ShouldBe(0f);
        result.Model.Recommend([0], new RecommendOptions())[0].ShouldNotBeEmpty();
    }

    [Fact]
    public void Regularization_that_was_found_on_a_sample_grows_with_the_users()
    {
        var options = Options with { MaxTrials = 12, MaxSearchCells = 1000 };

        var result = HybridTuner.Tune(Data.Train, options);

        var best = result.Trials.Where(t => t.Model == "slim").MaxBy(t => t.Value)!;
        var share = SearchData.Create(Data.Train, options).UserShare;
        share.ShouldBeLessThan(0.6);
        result.Options.Slim.Regularization.ShouldBe((double)best.Settings["regularization"] / share, 1e-9);
        HybridTuner.Tune(Data.Train, Options with { MaxTrials = 3 }).Options.Slim.Regularization.ShouldBe(new SlimOptions().Regularization);
    }

    [Fact]
    public void A_model_that_does_not_fit_the_memory_is_left_out_with_its_reason()
    {
        var result = HybridTuner.Tune(Data.Train, Options with { MemoryLimitBytes = 64, TimeLimit = TimeSpan.FromSeconds(5) });

        var failed = result.Trials.Where(t => t.Model != "als").ToArray();
        failed.ShouldAllBe(t => t.Value == 0 && t.Failure!.Contains("MemoryLimitBytes"));
        failed.Length.ShouldBe(2);
        result.Model.Components.Select(c => c.Model.Name).ShouldContain("als");
        result.Options.SlimWeight.ShouldBe(0);
    }

    [Fact]
    public void Large_logs_are_searched_on_a_sample_of_their_users()
    {
        var data = SearchData.Create(Data.Train, Options with { MaxSearchCells = 1000 });

        (data.Train.CellCount + data.Validation.CellCount).ShouldBeInRange(800, 1000);
        data.Share.ShouldBe((double)data.Train.CellCount / Data.Train.CellCount);
    }

    [Fact]
    public void The_search_climbs_to_the_top_of_a_hill_and_measures_no_point_twice()
    {
        var measured = new List<(int X, int Y)>();
        GridAxis<(int X, int Y)>[] axes =
        [
            GridAxis<(int X, int Y)>.Of([0, 1, 2, 3, 4, 5], 1, (s, v) => s with { X = v }),
            GridAxis<(int X, int Y)>.Of([0, 1, 2, 3, 4, 5], 5, (s, v) => s with { Y = v }),
        ];
        var search = new GridSearch<(int X, int Y)>(
            (0, 0),
            axes,
            point =>
            {
                measured.Add(point);
                return -Math.Pow(point.X - 4, 2) - Math.Pow(point.Y - 2, 2);
            },
            () => true);

        var (settings, value) = search.Run();

        settings.ShouldBe((4, 2));
        value.ShouldBe(0);
        measured.ShouldBeUnique();
    }

    [Fact]
    public void Bad_options_and_logs_are_named_errors()
    {
        var tiny = SparseMatrix.FromTriples(2, 2, [0, 1], [0, 1], [1, 1]);
        Error(() => HybridTuner.Tune(tiny)).ShouldBe(AlgorithmError.EmptyMatrix);
        Error(() => HybridTuner.Tune(SparseMatrix.FromTriples(2, 2, [], [], []))).ShouldBe(AlgorithmError.EmptyMatrix);
        TuningOptions[] wrong =
        [
            Options with { TimeLimit = TimeSpan.Zero },
            Options with { MaxTrials = 0 },
            Options with { ValidationShare = 1 },
            Options with { MaxValidationUsers = 0 },
            Options with { MaxFactorCount = 0 },
            Options with { MaxFactorCount = 4096 },
            Options with { MaxSearchCells = 1 },
            Options with { MemoryLimitBytes = 0 },
            Options with { ThreadCount = -1 },
            Options with { Metric = Metric.Parse("epr") },
        ];
        foreach (var options in wrong)
        {
            Error(() => HybridTuner.Tune(Data.Train, options)).ShouldBe(AlgorithmError.InvalidSetting);
        }
    }

    private static AlgorithmError Error(Action action) => Should.Throw<AlgorithmException>(action).Error;

    private sealed class TickingClock : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds++;
    }
}
