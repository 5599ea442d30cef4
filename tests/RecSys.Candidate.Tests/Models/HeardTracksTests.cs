using RecSys.Candidate.Models;

namespace RecSys.Candidate.Tests.Models;

public sealed class HeardTracksTests
{
    [Fact]
    public void Rows_hold_items_and_plays()
    {
        var heard = new HeardTracks([0, 2, 2, 3], [1, 4, 4], [5, 6, 7], itemCount: 5);

        heard.UserCount.ShouldBe(3);
        heard.ItemsOf(0).ToArray().ShouldBe([1, 4]);
        heard.ItemsOf(1).ToArray().ShouldBeEmpty();
        heard.PlaysAt(0, 1).ShouldBe(6);
        heard.PlaysAt(2, 0).ShouldBe(7);
        heard.CountListeners(5).ShouldBe([0, 1, 0, 0, 2]);
    }

    [Fact]
    public void Without_plays_each_item_counts_as_played_once() =>
        new HeardTracks([0, 1], [0], plays: null, itemCount: 1).PlaysAt(0, 0).ShouldBe(1);

    [Theory]
    [InlineData(new long[] { }, new int[] { })]
    [InlineData(new long[] { 0, 1 }, new[] { 0, 1 })]
    [InlineData(new long[] { 1, 2 }, new[] { 0, 1 })]
    [InlineData(new long[] { 0, 2, 1, 2 }, new[] { 0, 1 })]
    [InlineData(new long[] { 0, 2 }, new[] { 0, 5 })]
    [InlineData(new long[] { 0, 2 }, new[] { -1, 0 })]
    public void Arrays_that_do_not_fit_are_refused(long[] offsets, int[] items) =>
        Should.Throw<InvalidDataException>(() => new HeardTracks(offsets, items, plays: null, itemCount: 5));
}
