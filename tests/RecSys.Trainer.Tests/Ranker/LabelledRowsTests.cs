using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Features;
using RecSys.Algorithms.Matrices;
using RecSys.Trainer.Ranker;
using RecSys.Trainer.Steps;

namespace RecSys.Trainer.Tests.Ranker;

/// <summary>Rows that a ranker learns from, made of examples.</summary>
public sealed class LabelledRowsTests
{
    private static readonly int Width = FeatureBuilder.FeatureCount;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void More_rows_than_an_array_holds_are_several_arrays_with_the_same_rows_in_the_same_order(int threads)
    {
        var (cut, features, examples) = Make(userCount: 7);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
        var whole = LabelledRows.Of(examples, cut, features, parallel).Single();

        // Room for five rows: users have one to four.
        var parts = LabelledRows.Of(examples, cut, features, parallel, maxValues: (5 * Width) + 1).ToArray();

        parts.Length.ShouldBeGreaterThan(2);
        parts.ShouldAllBe(part => part.RowCount <= 5 && part.GroupSizes.Sum() == part.RowCount && part.FeatureCount == Width);
        parts.SelectMany(part => part.Labels).ShouldBe(whole.Labels);
        parts.SelectMany(part => part.GroupSizes).ShouldBe(whole.GroupSizes);
        parts.SelectMany(part => part.Values).ShouldBe(whole.Values);
        whole.RowCount.ShouldBe(examples.Sum(example => example.Labels.Length));
    }

    [Fact]
    public void A_user_with_more_rows_than_there_is_room_for_stays_one_group()
    {
        var (cut, features, examples) = Make(userCount: 4);

        var parts = LabelledRows.Of(examples, cut, features, new ParallelOptions(), maxValues: 2 * Width).ToArray();

        parts.SelectMany(part => part.GroupSizes).ShouldBe([1, 2, 3, 4]);
    }

    // User u has u % 4 + 1 examples.
    private static (LogCut Cut, FeatureBuilder Features, UserExamples[] Examples) Make(int userCount)
    {
        int[] users = [.. Enumerable.Range(0, userCount)], items = [.. users.Select(user => user % 5)];
        long[] times = [.. users.Select(user => 1_000_000_000L * (user + 1))];
        float[] ones = [.. users.Select(_ => 1f)];
        var listens = ListensByUser.Create(userCount, 5, users, items, times, ones, ones);
        var plays = SparseMatrix.FromTriples(userCount, 5, users, items, ones);
        var catalogue = new CatalogueIndex([0, 0, 1, 1, 1], [0, 1, 2, 3, 4], [0, 0, 0, 0, 0, 0], []);
        var cut = new LogCut(plays, plays, new CataloguedListens(listens, catalogue, [], users), new long[userCount]);
        var examples = users.Select(user => new UserExamples(
            user,
            [.. Enumerable.Range(0, (user % 4) + 1).Select(item => new MergedCandidate(item, [new SourceVote(SourceKind.Popular, 1, item + 1, -1)]))],
            [.. Enumerable.Range(0, (user % 4) + 1).Select(item => item == 0 ? 1f : 0)]));
        return (cut, new FeatureBuilder(ItemStatistics.From(listens), catalogue), [.. examples]);
    }
}
