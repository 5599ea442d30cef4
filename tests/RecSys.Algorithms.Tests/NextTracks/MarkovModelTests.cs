using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.NextTracks;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.Tests.NextTracks;

/// <summary>Transitions, done by hand: 0 → 1 three times, 0 → 2 once, 1 → 2 once; item 3 is never left, item 4 never heard.</summary>
public sealed class MarkovModelTests
{
    private static readonly NextTrackPairs Pairs = PairsOf([(0, 0, 1), (0, 0, 1), (1, 0, 1), (1, 0, 2), (1, 1, 2)]);
    private static readonly float[] Plays = [6, 2, 1, 1, 0];

    [Fact]
    public void Probabilities_are_smoothed_towards_the_popular_items()
    {
        var model = MarkovModel.Fit(Pairs, new MarkovOptions { Smoothing = 2, BackoffCount = 2 }, Plays);

        // The back-off knows items 0 and 1 with shares 6/8 and 2/8; four transitions leave item 0.
        model.Probability(0, 0).ShouldBe((0 + (2 * 6.0 / 8)) / (4 + 2), 1e-9);
        model.Probability(0, 1).ShouldBe((3 + (2 * 2.0 / 8)) / (4 + 2), 1e-9);
        model.Probability(0, 2).ShouldBe(1.0 / (4 + 2), 1e-9);
        model.Probability(0, 3).ShouldBe(0);
    }

    [Fact]
    public void Probabilities_of_any_item_sum_to_1()
    {
        var model = MarkovModel.Fit(Pairs, new MarkovOptions { Smoothing = 3, BackoffCount = 3 }, Plays);

        for (var item = 0; item < 5; item++)
        {
            Enumerable.Range(0, 5).Sum(next => model.Probability(item, next)).ShouldBe(1, 1e-9);
        }
    }

    [Fact]
    public void An_item_that_nothing_followed_is_answered_by_the_popular_ones()
    {
        var model = MarkovModel.Fit(Pairs, new MarkovOptions { BackoffCount = 2 }, Plays);

        model.RecommendNext(0, 3, new RecommendOptions { ExcludeSeen = false }).ShouldBe([new ScoredItem(0, 0.75f), new ScoredItem(1, 0.25f)]);
    }

    [Fact]
    public void Without_smoothing_only_transitions_count()
    {
        var model = MarkovModel.Fit(Pairs, new MarkovOptions { Smoothing = 0 }, Plays);

        model.RecommendNext(0, 0, new RecommendOptions { ExcludeSeen = false }).ShouldBe([new ScoredItem(1, 0.75f), new ScoredItem(2, 0.25f)]);
    }

    [Fact]
    public void Without_a_back_off_transitions_are_not_discounted()
    {
        var model = MarkovModel.Fit(Pairs, new MarkovOptions { BackoffCount = 0 }, Plays);

        model.Probability(0, 1).ShouldBe(0.75);
        model.RecommendNext(0, 3, new RecommendOptions()).ShouldBeEmpty();
    }

    [Fact]
    public void As_a_recommender_it_continues_from_the_last_item_of_a_user()
    {
        // User 0's last pair ends at item 1, user 1's at item 2; user 2 has none.
        var model = MarkovModel.Fit(Pairs, new MarkovOptions { Smoothing = 0, BackoffCount = 2 }, Plays);

        var lists = model.Recommend([0, 1, 2], new RecommendOptions { K = 1, ExcludeSeen = false });

        lists.Select(list => list[0].ItemIndex).ShouldBe([2, 0, 0]);
        var scores = new float[5];
        model.Score(0, scores);
        scores.ShouldBe([float.NegativeInfinity, float.NegativeInfinity, 1, float.NegativeInfinity, float.NegativeInfinity]);
    }

    [Fact]
    public void Of_pairs_of_one_moment_the_later_in_the_log_is_the_last()
    {
        var pairs = new NextTrackPairs(2, 4, [0, 0, 1], [0, 1, 2], [1, 2, 3], [0, 0, 1], [5, 5, 1]);
        var model = MarkovModel.Fit(pairs, new MarkovOptions { Smoothing = 0, BackoffCount = 0 });

        model.Recommend([0], new RecommendOptions { ExcludeSeen = false })[0].Select(item => item.ItemIndex).ShouldBe([3]);
    }

    [Theory]
    [InlineData(0.25, new[] { 1, 2, 0 })]
    [InlineData(0.75, new[] { 2, 1, 0 })]
    public void The_preference_weight_is_that_of_preference(double weight, int[] order)
    {
        // Followers of 0: item 1 three times, 2 once. Preferred: 2 before 1.
        var markov = MarkovModel.Fit(Pairs, new MarkovOptions { Smoothing = 1, BackoffCount = 3 }, [1, 1, 1, 0, 0]);
        var reranker = new PreferenceReranker(markov, new FixedScores([0, 0.5f, 1, 0, 0]), preferenceWeight: weight);

        reranker.RecommendNext(0, 0, new RecommendOptions { K = 3, ExcludeSeen = false }).Select(item => item.ItemIndex).ShouldBe(order);
    }

    [Fact]
    public void The_universe_is_the_items_of_pairs_and_the_popular_ones()
    {
        var model = MarkovModel.Fit(Pairs, new MarkovOptions { BackoffCount = 4 }, Plays);

        var universe = model.Universe();

        Enumerable.Range(0, 5).Where(universe.Contains).ShouldBe([0, 1, 2, 3]);
    }

    [Fact]
    public void Preference_orders_the_candidates_and_unknown_items_never_win()
    {
        var markov = MarkovModel.Fit(Pairs, new MarkovOptions { BackoffCount = 4 }, Plays);
        var preference = new FixedScores([0.1f, 0.2f, 0.9f, float.NegativeInfinity, 0]);
        var options = new RecommendOptions { K = 4, ExcludeSeen = false };

        Items(new PreferenceReranker(markov, preference, preferenceWeight: 1)).ShouldBe([2, 1, 0, 3]);
        Items(new PreferenceReranker(markov, preference, preferenceWeight: 0)).ShouldBe(markov.RecommendNext(0, 0, options).Select(i => i.ItemIndex));
        Items(new PreferenceReranker(markov, preference, preferenceWeight: 0.5))[^1].ShouldBe(3);
        Items(new PreferenceNextTrack(preference)).ShouldBe([2, 1, 0, 4]);

        int[] Items(INextTrackModel model) => [.. model.RecommendNext(0, 0, options).Select(i => i.ItemIndex)];
    }

    [Fact]
    public void Next_track_accuracy_is_measured_as_by_hand()
    {
        var markov = MarkovModel.Fit(Pairs, new MarkovOptions { Smoothing = 0, BackoffCount = 2 }, Plays);

        // Lists: from 0 → 1, 2; from 3 → 0, 1. Of four pairs one has an unknown next item; ranks are 0, 1 and none.
        var test = PairsOf([(0, 0, 1), (0, 3, 1), (1, 0, 3), (1, 0, 4)]);

        var result = NextTrackEvaluator.Evaluate(markov, test, [true, true, true], [true, true, true, true, false], k: 2);

        result.Coverage.ShouldBe(3.0 / 4);
        result.Accuracy.ShouldBe(1.0 / 3, 1e-9);
        result.HitRate.ShouldBe(2.0 / 3, 1e-9);
        result.Mrr.ShouldBe((1 + 0.5) / 3, 1e-9);
    }

    [Fact]
    public void Seen_items_score_above_unseen_ones_in_a_model_that_learned()
    {
        var train = SparseMatrix.FromTriples(3, 6, [0, 0, 1, 1], [0, 1, 2, 3], [1, 1, 1, 1]);

        var checks = AffinityCheck.Run(new FixedScores([3, 3, 3, 3, 1, float.NegativeInfinity]), train, users: 2, items: 2);

        checks.Count.ShouldBe(2);
        checks.ShouldAllBe(check => check.MeanSeen == 3 && check.MeanUnseen <= 3);
        AffinityCheck.Run(new FixedScores(new float[6]), train, users: 2, items: 2).Select(c => c.UserIndex)
            .ShouldBe(checks.Select(c => c.UserIndex));
        Enumerable.Range(0, 20)
            .Select(seed => AffinityCheck.Run(new FixedScores(new float[6]), train, users: 1, items: 2, seed)[0].UserIndex)
            .Distinct()
            .Count()
            .ShouldBe(2);
    }

    [Fact]
    public void Bad_input_is_a_named_error()
    {
        Error(() => MarkovModel.Fit(PairsOf([]))).ShouldBe(AlgorithmError.EmptyMatrix);
        Error(() => MarkovModel.Fit(Pairs, new MarkovOptions { Smoothing = -1 })).ShouldBe(AlgorithmError.InvalidSetting);
        Error(() => MarkovModel.Fit(Pairs, new MarkovOptions { BackoffCount = -1 })).ShouldBe(AlgorithmError.InvalidSetting);
        Error(() => MarkovModel.Fit(Pairs, popularity: [1f])).ShouldBe(AlgorithmError.MismatchedSizes);
        var model = MarkovModel.Fit(Pairs);
        Error(() => model.RecommendNext(0, 5, new RecommendOptions())).ShouldBe(AlgorithmError.IndexOutOfRange);
        Error(() => new PreferenceReranker(model, model, preferenceWeight: 2)).ShouldBe(AlgorithmError.InvalidSetting);
        Error(() => new PreferenceReranker(model, model, candidateCount: 0)).ShouldBe(AlgorithmError.InvalidSetting);
        Error(() => NextTrackEvaluator.Evaluate(model, Pairs, new bool[3], new bool[5])).ShouldBe(AlgorithmError.EmptyMatrix);
    }

    private static AlgorithmError Error(Action action) => Should.Throw<AlgorithmException>(action).Error;

    private static NextTrackPairs PairsOf((int User, int Item, int Next)[] pairs) => new(
        3,
        5,
        [.. pairs.Select(p => p.User)],
        [.. pairs.Select(p => p.Item)],
        [.. pairs.Select(p => p.Next)],
        new int[pairs.Length],
        [.. pairs.Select((_, at) => (long)at)]);

    private sealed class FixedScores(float[] scores) : IRecommender
    {
        public string Name => "fixed";

        public int UserCount => 3;

        public int ItemCount => scores.Length;

        public void Score(int userIndex, Span<float> target) => scores.CopyTo(target);

        public ScoredItem[][] Recommend(ReadOnlySpan<int> userIndices, RecommendOptions options, CancellationToken cancellationToken = default) =>
            DenseRanking.Recommend(this, null, userIndices, options with { ExcludeSeen = false }, cancellationToken);
    }
}
