using RecSys.Algorithms.Als;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Matrices;
using RecSys.Candidate.Models;
using RecSys.Contracts.Candidate.V1;
using static RecSys.Candidate.Tests.CandidateHost;

namespace RecSys.Candidate.Tests.Retrieval;

public sealed class ListenerProfileTests
{
    private static readonly DateTimeOffset TrainedAt = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Before = TrainedAt.AddDays(-1);
    private static readonly DateTimeOffset After = TrainedAt.AddDays(1);

    [Fact]
    public void What_the_model_knows_is_no_news()
    {
        // Alice has heard a twice and c five times.
        var profile = Profile("alice", Listen("c", Before), Listen("a", Before.AddHours(-1)), Listen("a", Before.AddHours(-2)));

        profile.IsKnownUser.ShouldBeTrue();
        profile.HasNews.ShouldBeFalse();
        profile.Items.ShouldBe([0, 2]);
        profile.Plays.ShouldBe([2, 5]);
        profile.RecentItems.ShouldBe([2, 0]);
    }

    [Fact]
    public void A_listen_after_the_training_adds_to_the_plays_that_the_model_knows()
    {
        var profile = Profile("alice", Listen("c", After, plays: 3), Listen("a", Before));

        profile.HasNews.ShouldBeTrue();
        profile.Items.ShouldBe([0, 2]);
        profile.Plays.ShouldBe([2, 8]);
    }

    [Fact]
    public void A_listen_of_a_track_that_the_model_does_not_count_as_heard_is_news_however_old()
    {
        var profile = Profile("alice", Listen("b", Before.AddYears(-20)));

        profile.HasNews.ShouldBeTrue();
        profile.Items.ShouldBe([0, 2, 1], ignoreOrder: true);
    }

    [Fact]
    public void All_listens_of_an_unknown_user_are_news()
    {
        var profile = Profile("bob", Listen("b", After), Listen("b", Before), Listen("a", Before, plays: 4));

        profile.IsKnownUser.ShouldBeFalse();
        profile.Items.Zip(profile.Plays).ShouldBe([(1, 2f), (0, 4f)], ignoreOrder: true);
    }

    [Fact]
    public void Tracks_that_the_model_does_not_know_say_nothing()
    {
        var profile = Profile("bob", Listen("x", After), Listen("y", Before));

        profile.HasNews.ShouldBeFalse();
        profile.Items.ShouldBeEmpty();
        profile.RecentItems.ShouldBeEmpty();
    }

    [Fact]
    public void Recent_items_go_by_time_and_then_by_plays_whatever_the_order_of_the_request() =>
        Profile("bob", Listen("a", Before, plays: 1), Listen("b", Before, plays: 9), Listen("c", After), Listen("a", Before.AddYears(-1)))
            .RecentItems.ShouldBe([2, 1, 0]);

    private static ListenerProfile Profile(string userId, params RecentListen[] history)
    {
        var als = AlsModel.FromFactors(new FactorMatrix(1, 2), new FactorMatrix(3, 2), new AlsOptions());
        int[] listeners = [1, 0, 1];
        var model = new CandidateModel(
            "v1",
            TrainedAt,
            heededDeletions: 0,
            ["alice"],
            ["a", "b", "c"],
            als,
            new HeardTracks([0, 2], [0, 2], [2, 5], itemCount: 3),
            new SimilarityIndex(als, listeners, shrinkage: 10),
            PopularityOrder.From([], listeners),
            neighborCacheItems: 10);
        return CandidateRetriever.ProfileOf(new GetCandidatesRequest { UserId = userId, History = { history } }, model);
    }
}
