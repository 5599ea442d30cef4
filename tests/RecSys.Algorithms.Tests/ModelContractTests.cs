using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Tests;

/// <summary>What every model promises, whatever it computes.</summary>
public sealed class ModelContractTests
{
    private const int BoardSize = 24;
    private const int EmptyUser = 17;
    private static readonly SparseMatrix Board = Checkerboard();
    private static readonly SparseMatrix Sample = RandomInteractions();

    public static TheoryData<string> All => [.. ModelCatalogue.Names];

    public static TheoryData<string> Personal => [.. ModelCatalogue.PersonalNames];

    [Theory]
    [MemberData(nameof(Personal))]
    public void The_withheld_diagonal_of_a_checkerboard_is_recommended_first(string name)
    {
        var lists = ModelCatalogue.Fit(name, Board).Recommend(Everybody(Board), new RecommendOptions { K = 1 });

        lists.Select(list => list.Single().ItemIndex).ShouldBe(Enumerable.Range(0, BoardSize));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Lists_hold_unseen_items_once_in_the_order_of_their_scores(string name)
    {
        var model = ModelCatalogue.Fit(name, Sample);
        model.UserCount.ShouldBe(Sample.RowCount);
        model.ItemCount.ShouldBe(Sample.ColumnCount);

        var lists = model.Recommend(Everybody(Sample), new RecommendOptions { K = 7 });

        var scores = new float[Sample.ColumnCount];
        for (var user = 0; user < lists.Length; user++)
        {
            var items = lists[user].Select(i => i.ItemIndex).ToArray();
            model.Score(user, scores);
            items.Length.ShouldBeLessThanOrEqualTo(7);
            items.ShouldBeUnique();
            items.Intersect(Sample.RowColumns(user).ToArray()).ShouldBeEmpty();
            lists[user].ShouldBe(lists[user].OrderByDescending(i => i.Score).ThenBy(i => i.ItemIndex));
            foreach (var (item, score) in lists[user])
            {
                score.ShouldBe(scores[item], 1e-4 * Math.Max(1, Math.Abs(score)));
            }

            if (items.Length == 7)
            {
                var best = BestUnseen(scores, user).Take(7).Select(item => scores[item]).ToArray();
                lists[user].Select(i => i.Score).ToArray().ShouldBe(best, 1e-4 * Math.Max(1, Math.Abs(best[0])));
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Seen_items_come_back_when_asked_for(string name)
    {
        var model = ModelCatalogue.Fit(name, Sample);

        var lists = model.Recommend(Everybody(Sample), new RecommendOptions { K = 10, ExcludeSeen = false });

        Enumerable.Range(0, lists.Length)
            .Any(user => lists[user].Any(i => Sample[user, i.ItemIndex] > 0))
            .ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(All))]
    public void More_items_than_there_are_give_all_that_have_a_score(string name)
    {
        var model = ModelCatalogue.Fit(name, Sample);

        var list = model.Recommend([3], new RecommendOptions { K = 100_000 })[0];

        var scores = new float[Sample.ColumnCount];
        model.Score(3, scores);
        list.Select(i => i.ItemIndex).Order().ShouldBe(BestUnseen(scores, 3).Order());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_user_without_interactions_is_answered(string name)
    {
        var model = ModelCatalogue.Fit(name, Sample);

        var list = model.Recommend([EmptyUser], new RecommendOptions { K = 5 })[0];

        list.Length.ShouldBeLessThanOrEqualTo(5);
        list.ShouldAllBe(i => float.IsFinite(i.Score));
        var scores = new float[Sample.ColumnCount];
        model.Score(EmptyUser, scores);
        scores.ShouldAllBe(score => !float.IsNaN(score) && !float.IsPositiveInfinity(score));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Filters_are_kept(string name)
    {
        var model = ModelCatalogue.Fit(name, Sample);
        var allowed = new ItemSet(Sample.ColumnCount, [.. Enumerable.Range(0, 30)]);
        var denied = new ItemSet(Sample.ColumnCount, [.. Enumerable.Range(0, Sample.ColumnCount).Where(i => i % 3 == 0)]);

        var lists = model.Recommend(Everybody(Sample), new RecommendOptions { K = 15, Allowed = allowed, Denied = denied });

        lists.SelectMany(list => list).ShouldNotBeEmpty();
        lists.SelectMany(list => list).ShouldAllBe(i => i.ItemIndex < 30 && i.ItemIndex % 3 != 0);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Fitting_again_with_any_number_of_threads_gives_the_same_lists(string name)
    {
        var first = ModelCatalogue.Fit(name, Sample).Recommend(Everybody(Sample), new RecommendOptions { K = 10, ThreadCount = 1 });
        var second = ModelCatalogue.Fit(name, Sample).Recommend(Everybody(Sample), new RecommendOptions { K = 10, ThreadCount = 3 });

        for (var user = 0; user < first.Length; user++)
        {
            second[user].ShouldBe(first[user]);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Bad_calls_are_named_errors(string name)
    {
        var model = ModelCatalogue.Fit(name, Sample);
        var otherCatalogue = new ItemSet(Sample.ColumnCount + 1, [0]);

        Error(() => model.Recommend([0], new RecommendOptions { K = 0 })).ShouldBe(AlgorithmError.InvalidSetting);
        Error(() => model.Recommend([0], new RecommendOptions { ThreadCount = -1 })).ShouldBe(AlgorithmError.InvalidSetting);
        Error(() => model.Recommend([0], new RecommendOptions { Denied = otherCatalogue })).ShouldBe(AlgorithmError.MismatchedSizes);
        Error(() => model.Recommend([Sample.RowCount], new RecommendOptions())).ShouldBe(AlgorithmError.IndexOutOfRange);
        Error(() => model.Recommend([-1], new RecommendOptions())).ShouldBe(AlgorithmError.IndexOutOfRange);
        Error(() => model.Score(Sample.RowCount, new float[Sample.ColumnCount])).ShouldBe(AlgorithmError.IndexOutOfRange);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Nothing_to_learn_from_is_a_named_error(string name) =>
        Error(() => ModelCatalogue.Fit(name, SparseMatrix.FromTriples(3, 3, [], [], []))).ShouldBe(AlgorithmError.EmptyMatrix);

    [Theory]
    [MemberData(nameof(All))]
    public void Similar_items_leave_out_the_item_itself_and_share_its_listeners(string name)
    {
        if (ModelCatalogue.Fit(name, Board) is not ISimilarItems model)
        {
            ModelCatalogue.Fit(name, Board).ShouldNotBeAssignableTo<ISimilarItems>();
            return;
        }

        var lists = model.SimilarItems([.. Enumerable.Range(0, BoardSize)], 5);

        for (var item = 0; item < BoardSize; item++)
        {
            lists[item].Length.ShouldBe(5);
            lists[item].ShouldAllBe(i => i.ItemIndex != item && i.ItemIndex % 2 == item % 2);
            lists[item].ShouldBe(lists[item].OrderByDescending(i => i.Score).ThenBy(i => i.ItemIndex));
        }

        Error(() => model.SimilarItems([0], 0)).ShouldBe(AlgorithmError.InvalidSetting);
        Error(() => model.SimilarItems([BoardSize], 3)).ShouldBe(AlgorithmError.IndexOutOfRange);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Explanations_sum_to_their_score_and_name_past_items(string name)
    {
        var model = ModelCatalogue.Fit(name, Sample);
        if (model is not IExplainer explainer)
        {
            model.ShouldNotBeAssignableTo<IExplainer>();
            return;
        }

        foreach (var user in Enumerable.Range(0, 10))
        {
            var (item, _) = model.Recommend([user], new RecommendOptions { K = 1 })[0].Single();

            var explanation = explainer.Explain(user, item, Sample.ColumnCount);

            explanation.Contributions.Select(c => c.ItemIndex).Except(Sample.RowColumns(user).ToArray()).ShouldBeEmpty();
            explanation.Contributions.Sum(c => c.Contribution).ShouldBe(explanation.Score, 1e-3 * Math.Abs(explanation.Score));
            explanation.Contributions.ShouldBe(explanation.Contributions.OrderByDescending(c => c.Contribution), ignoreOrder: true);
            explainer.Explain(user, item, 1).Contributions.ShouldBe(explanation.Contributions.Take(1));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_profile_equal_to_a_user_gets_the_items_of_that_user(string name)
    {
        if (ModelCatalogue.Fit(name, Board) is not IProfileRecommender model)
        {
            ModelCatalogue.Fit(name, Board).ShouldNotBeAssignableTo<IProfileRecommender>();
            return;
        }

        var options = new RecommendOptions { K = 1 };
        foreach (var user in Enumerable.Range(0, BoardSize))
        {
            var list = model.RecommendForProfile(Board.RowColumns(user), Board.RowValues(user), options);

            list.ShouldHaveSingleItem().ItemIndex.ShouldBe(
                ((IRecommender)model).Recommend([user], options)[0].Single().ItemIndex);
        }
    }

    private static AlgorithmError Error(Action action) => Should.Throw<AlgorithmException>(action).Error;

    private static int[] Everybody(SparseMatrix matrix) => [.. Enumerable.Range(0, matrix.RowCount)];

    private static int[] BestUnseen(float[] scores, int user) =>
        [.. Enumerable.Range(0, scores.Length)
            .Where(item => scores[item] > float.NegativeInfinity && Sample[user, item] == 0)
            .OrderByDescending(item => scores[item])];

    // Users like the items of their own parity; the item of their own number is withheld.
    private static SparseMatrix Checkerboard()
    {
        var cells = (from user in Enumerable.Range(0, BoardSize)
                     from item in Enumerable.Range(0, BoardSize)
                     where user % 2 == item % 2 && user != item
                     select (user, item)).ToArray();
        return SparseMatrix.FromTriples(
            BoardSize, BoardSize, [.. cells.Select(c => c.user)], [.. cells.Select(c => c.item)], [.. cells.Select(_ => 1f)]);
    }

    private static SparseMatrix RandomInteractions()
    {
        const int Users = 60;
        const int Items = 90;
        var random = new Random(12);
        var cells = (from user in Enumerable.Range(0, Users)
                     from item in Enumerable.Range(0, Items)
                     where user != EmptyUser && random.NextDouble() < (item % 4 == user % 4 ? 0.35 : 0.05)
                     select (user, item, plays: 1f + random.Next(20))).ToArray();
        return SparseMatrix.FromTriples(
            Users, Items, [.. cells.Select(c => c.user)], [.. cells.Select(c => c.item)], [.. cells.Select(c => c.plays)]);
    }
}
