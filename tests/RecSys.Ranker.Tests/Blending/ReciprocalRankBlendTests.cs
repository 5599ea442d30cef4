using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Common.V1;

namespace RecSys.Ranker.Tests.Blending;

public sealed class ReciprocalRankBlendTests
{
    private static readonly BlendWeights Weights = new(Als: 3, Similar: 1, Popular: 0, RankConstant: 1);

    [Fact]
    public void Scores_are_what_the_formula_gives_by_hand()
    {
        // W = 4, k = 1. Rank 1: 2/2 = 1; rank 2: 2/3; rank 3: 2/4.
        var ranked = ReciprocalRankBlend.Order(
            [Candidate("a", (CandidateSource.Similar, 1)), Candidate("b", (CandidateSource.Als, 2), (CandidateSource.Similar, 3)), Candidate("c", (CandidateSource.Als, 1))],
            Weights,
            count: 3);

        ranked.Select(track => track.TrackId).ShouldBe(["c", "b", "a"]);
        ranked[0].Score.ShouldBe(0.75, tolerance: 1e-12);
        ranked[1].Score.ShouldBe((0.75 * 2 / 3) + (0.25 * 2 / 4), tolerance: 1e-12);
        ranked[2].Score.ShouldBe(0.25, tolerance: 1e-12);
        ranked[1].Contributions.Select(part => (part.Source, part.Contribution)).ShouldBe(
            [(CandidateSource.Als, 0.5), (CandidateSource.Similar, 0.125)]);
    }

    [Fact]
    public void First_in_every_source_is_one()
    {
        var weights = new BlendWeights(Als: 1, Similar: 0.5, Popular: 0.1, RankConstant: 20);

        var ranked = ReciprocalRankBlend.Order(
            [Candidate("a", (CandidateSource.Als, 1), (CandidateSource.Similar, 1), (CandidateSource.Popular, 1))], weights, count: 1);

        ranked.Single().Score.ShouldBe(1, tolerance: 1e-12);
    }

    [Fact]
    public void Contributions_sum_to_the_score_and_scores_fall()
    {
        var random = new Random(1);
        var candidates = Enumerable.Range(0, 1_000)
            .Select(number => Candidate(
                $"t{number}",
                [.. new[] { CandidateSource.Als, CandidateSource.Similar, CandidateSource.Popular }
                    .Where((_, place) => place == number % 3 || random.Next(2) == 0)
                    .Select(source => (source, random.Next(1, 1_001)))]))
            .ToArray();

        var ranked = ReciprocalRankBlend.Order(candidates, new BlendWeights(1, 0.5, 0.1, 20), count: 1_000);

        ranked.Length.ShouldBe(1_000);
        ranked.ShouldAllBe(track => Math.Abs(track.Contributions.Sum(part => part.Contribution) - track.Score) < 1e-12);
        ranked.ShouldAllBe(track => track.Score > 0 && track.Score <= 1);
        ranked.Select(track => track.Score).ShouldBeInOrder(SortDirection.Descending);
        ranked.Select(track => track.TrackId).Order().ShouldBe(candidates.Select(track => track.TrackId).Order());
    }

    [Fact]
    public void Equal_scores_keep_the_order_of_the_request()
    {
        var candidates = Enumerable.Range(0, 100).Select(number => Candidate($"t{number}", (CandidateSource.Popular, 1))).ToArray();

        // Popular weighs nothing, so all are 0.
        ReciprocalRankBlend.Order(candidates, Weights, count: 100).Select(track => track.TrackId).ShouldBe(candidates.Select(c => c.TrackId));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1_000)]
    public void Only_as_many_come_as_asked_for(int count) =>
        ReciprocalRankBlend.Order([Candidate("a", (CandidateSource.Als, 1)), Candidate("b", (CandidateSource.Als, 2)), Candidate("c", (CandidateSource.Als, 3))], Weights, count)
            .Length.ShouldBe(Math.Min(count, 3));

    private static CandidateTrack Candidate(string trackId, params (CandidateSource Source, int Rank)[] votes) => new()
    {
        TrackId = trackId,
        Sources = { votes.Select(vote => new SourceScore { Source = vote.Source, Rank = vote.Rank }) },
    };
}
