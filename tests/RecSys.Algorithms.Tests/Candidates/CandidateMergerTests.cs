using RecSys.Algorithms.Candidates;

namespace RecSys.Algorithms.Tests.Candidates;

public sealed class CandidateMergerTests
{
    [Fact]
    public void Every_source_has_its_first_before_any_has_its_second()
    {
        var merged = CandidateMerger.Merge(
            [List(SourceKind.Als, 1, 2, 3), List(SourceKind.Similar, 4, 5), List(SourceKind.Popular, 6)], count: 10);

        merged.Select(candidate => candidate.ItemIndex).ShouldBe([1, 4, 6, 2, 5, 3]);
    }

    [Fact]
    public void An_item_of_several_sources_is_there_once_with_the_vote_of_each()
    {
        var merged = CandidateMerger.Merge(
            [List(SourceKind.Als, 1, 2), List(SourceKind.Similar, 2, 1), List(SourceKind.Popular, 3, 1)], count: 10);

        merged.Select(candidate => candidate.ItemIndex).ShouldBe([1, 2, 3]);
        merged[0].Votes.Select(vote => (vote.Source, vote.Rank)).ShouldBe(
            [(SourceKind.Als, 1), (SourceKind.Similar, 2), (SourceKind.Popular, 2)]);
    }

    [Fact]
    public void A_chosen_item_keeps_votes_from_deeper_than_the_choice_went()
    {
        var merged = CandidateMerger.Merge([List(SourceKind.Als, 1, 2, 3), List(SourceKind.Popular, 9, 8, 1)], count: 2);

        merged.Select(candidate => candidate.ItemIndex).ShouldBe([1, 9]);
        merged[0].Votes.Select(vote => (vote.Source, vote.Rank)).ShouldBe([(SourceKind.Als, 1), (SourceKind.Popular, 3)]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void There_are_never_more_than_asked_for(int count) =>
        CandidateMerger.Merge([List(SourceKind.Als, 1, 2, 3, 4), List(SourceKind.Popular, 5, 6)], count).Count.ShouldBe(count);

    [Fact]
    public void No_lists_and_empty_lists_give_no_candidates()
    {
        CandidateMerger.Merge([], count: 5).ShouldBeEmpty();
        CandidateMerger.Merge([List(SourceKind.Als), List(SourceKind.Popular)], count: 5).ShouldBeEmpty();
    }

    private static SourceList List(SourceKind source, params int[] items) =>
        new(source, [.. items.Select((item, place) => new SourceHit(item, 1.0 / (place + 1)))]);
}
