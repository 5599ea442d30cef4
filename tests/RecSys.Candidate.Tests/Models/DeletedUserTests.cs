using Microsoft.Extensions.DependencyInjection;
using RecSys.Candidate.Models;
using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Common.V1;
using RecSys.Data.Artifacts;
using RecSys.Hosting;
using RecSys.Hosting.ActiveModels;
using RecSys.TestKit.Models;

namespace RecSys.Candidate.Tests.Models;

public sealed class DeletedUserTests
{
    private static readonly SampleLog Log = new();
    private static readonly string Asking = SampleLog.User(taste: 0, number: 0);
    private static readonly string Neighbor = SampleLog.User(taste: 2, number: 0);

    [Fact]
    public async Task Nothing_of_a_deleted_person_is_used_for_anybody_until_a_version_is_trained_without_it()
    {
        await using var candidate = await CandidateHost.StartAsync(null);
        await candidate.Database.WriteModelAsync("v1", Log, writeMore: artifacts => WriteLinksAsync(artifacts, "v1"));
        (await NeighborsTracksAsync(candidate)).ShouldBe(Log.HeardBy(Neighbor), ignoreOrder: true);
        (await IsKnownAsync(candidate)).ShouldBeTrue();

        var deletion = await candidate.Database.Deletions.DeleteAsync(Neighbor, CancellationToken.None);
        await candidate.Host.Services.GetRequiredService<KnownDeletions>().ReadAsync(CancellationToken.None);

        (await NeighborsTracksAsync(candidate)).ShouldBeEmpty();
        (await IsKnownAsync(candidate)).ShouldBeFalse();

        // The loaded version is as it was before; the deletion has lost the id.
        await candidate.Database.Deletions.FinishAsync([deletion.Deleted], CancellationToken.None);
        await candidate.Host.Services.GetRequiredService<KnownDeletions>().ReadAsync(CancellationToken.None);
        candidate.Host.Services.GetRequiredService<KnownDeletions>().Current.Rows.ShouldAllBe(user => user.UserId == null);
        (await NeighborsTracksAsync(candidate)).ShouldBeEmpty();
        (await IsKnownAsync(candidate)).ShouldBeFalse();

        // Whoever came back is known to a version whose data heeds the deletion.
        await candidate.Database.WriteModelAsync("v2", Log, heededDeletions: deletion.Deleted.Number, writeMore: artifacts => WriteLinksAsync(artifacts, "v2"));
        await candidate.Host.Services.GetRequiredService<ModelFollower<CandidateModel>>().RefreshAsync(CancellationToken.None);
        (await IsKnownAsync(candidate)).ShouldBeTrue();
    }

    // One link: from who asks to the neighbour.
    private static async Task WriteLinksAsync(ArtifactStore artifacts, string version)
    {
        var (from, to) = (Log.UserIds.ToList().IndexOf(Asking), Log.UserIds.ToList().IndexOf(Neighbor));
        long[] offsets = [.. Enumerable.Range(0, Log.UserIds.Count + 1).Select(user => user > from ? 1L : 0)];
        await artifacts.WriteInt64Async(version, ArtifactNames.OffsetsOf(ArtifactNames.UserNeighbors), offsets, CancellationToken.None);
        await artifacts.WriteInt32Async(version, ArtifactNames.TargetsOf(ArtifactNames.UserNeighbors), new[] { to }, CancellationToken.None);
        await artifacts.WriteMatrixAsync(version, ArtifactNames.WeightsOf(ArtifactNames.UserNeighbors), 1, 1, _ => new float[] { 1 }, CancellationToken.None);
    }

    private static async Task<IEnumerable<string>> NeighborsTracksAsync(CandidateHost candidate) =>
        (await candidate.Client.GetCandidatesAsync(new GetCandidatesRequest { UserId = Asking, CandidateCount = 50, Sources = { CandidateSource.UserNeighbors } }))
            .Candidates.Select(track => track.TrackId);

    private static async Task<bool> IsKnownAsync(CandidateHost candidate) =>
        (await candidate.Client.GetCandidatesAsync(new GetCandidatesRequest { UserId = Neighbor, CandidateCount = 5 })).KnownUser;
}
