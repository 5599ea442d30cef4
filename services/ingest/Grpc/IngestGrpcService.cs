using Grpc.Core;
using Microsoft.Extensions.Options;
using RecSys.Contracts.Ingest.V1;
using RecSys.Data.Histories;
using RecSys.Hosting.Errors;
using RecSys.Ingest.Acceptance;
using RecSys.Ingest.Validation;

namespace RecSys.Ingest.Grpc;

/// <summary>What producers call.</summary>
internal sealed class IngestGrpcService(
    ListenAcceptance acceptance,
    ExposureAcceptance exposures,
    TrackStore tracks,
    RejectedListenStore rejected,
    RejectedReplay replay,
    UserDeletions deletions,
    IOptions<IngestOptions> options,
    TimeProvider clock)
    : IngestService.IngestServiceBase
{
    /// <inheritdoc/>
    public override async Task<SubmitListensResponse> SubmitListens(SubmitListensRequest request, ServerCallContext context)
    {
        var violations = new FieldViolations();
        BatchRules.Check(request.Listens, request.Producer, violations);
        if (violations.Count > 0)
        {
            // Refused as a whole; the caller may as well hear of everything at once.
            acceptance.Screen(request.Listens).AddTo(violations);
            violations.ThrowIfAny();
        }

        var screened = acceptance.Screen(request.Listens);
        var accepted = await acceptance.AcceptAsync(screened, request.Producer, context.CancellationToken);

        var answer = new SubmitListensResponse { Accepted = accepted, Duplicate = screened.Duplicates + screened.Good.Count - accepted, Deleted = screened.Deleted };
        answer.Rejected.AddRange(screened.Bad.SelectMany(bad => RejectedFields.Of(bad, firstIndex: 0)));
        return answer;
    }

    /// <inheritdoc/>
    public override async Task<StreamListensResponse> StreamListens(
        IAsyncStreamReader<StreamListensRequest> requestStream, ServerCallContext context)
    {
        using var stream = new ListenStream(acceptance, options.Value.UnconfirmedBatchesPerStream);
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            await stream.AddAsync(requestStream.Current, context.CancellationToken);
        }

        return await stream.CompleteAsync(context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<SubmitExposuresResponse> SubmitExposures(SubmitExposuresRequest request, ServerCallContext context)
    {
        const string Field = "exposures";
        var violations = new FieldViolations();
        BatchRules.Check(request.Exposures, request.Producer, violations, Field);
        var screened = exposures.Screen(request.Exposures, clock.GetUtcNow());
        if (violations.Count > 0)
        {
            // Refused as a whole; the caller may as well hear of everything at once.
            screened.AddTo(violations, Field);
            violations.ThrowIfAny();
        }

        var accepted = await exposures.AcceptAsync(screened, request.Producer, context.CancellationToken);

        var answer = new SubmitExposuresResponse { Accepted = accepted, Duplicate = screened.Duplicates + screened.Good.Count - accepted, Deleted = screened.Deleted };
        answer.Rejected.AddRange(screened.Bad.SelectMany(RejectedFields.Of));
        return answer;
    }

    /// <inheritdoc/>
    public override async Task<PutTracksResponse> PutTracks(PutTracksRequest request, ServerCallContext context)
    {
        var violations = new FieldViolations();
        TrackRules.Check(request.Tracks, violations);
        violations.ThrowIfAny();

        await tracks.PutAsync([.. request.Tracks.Select(ToRecord)], context.CancellationToken);
        return new PutTracksResponse { Stored = request.Tracks.Count };
    }

    /// <inheritdoc/>
    public override async Task<ListRejectedResponse> ListRejected(ListRejectedRequest request, ServerCallContext context)
    {
        var (filter, pageSize, before) = RejectedMessages.Read(request);
        var rows = await rejected.GetPageAsync(filter, pageSize + 1, before, context.CancellationToken);
        var answer = new ListRejectedResponse();
        var page = new RejectionPage(answer.Rejections, pageSize);
        var shown = rows.TakeWhile(page.Add).Count();
        if (rows.Count > shown)
        {
            answer.NextPageToken = new RejectedPosition(rows[shown - 1].ReceivedAt, rows[shown - 1].RejectedId).ToString();
        }

        return answer;
    }

    /// <inheritdoc/>
    public override async Task<ReplayRejectedResponse> ReplayRejected(ReplayRejectedRequest request, ServerCallContext context)
    {
        var replayed = RejectedMessages.Read(request) is { } filter
            ? replay.ReplayAsync(filter, context.CancellationToken)
            : replay.ReplayAsync(request.RejectedIds, context.CancellationToken);
        var answer = new ReplayRejectedResponse();
        var remaining = new RejectionPage(answer.Remaining, RejectedMessages.MaxEntries);
        var unknown = request.RejectedIds.ToHashSet(StringComparer.Ordinal);
        await foreach (var entry in replayed)
        {
            unknown.Remove(entry.RejectedId);
            answer.Replayed += entry.Replayed;
            answer.RemainingCount += entry.Remaining.Count;
            entry.Remaining.ToList().ForEach(row => remaining.Add(row));
        }

        answer.UnknownIds.AddRange(unknown);
        return answer;
    }

    /// <inheritdoc/>
    public override Task<DeleteUserResponse> DeleteUser(DeleteUserRequest request, ServerCallContext context) =>
        deletions.DeleteAsync(request, context.CancellationToken);

    /// <inheritdoc/>
    public override Task<ListDeletedUsersResponse> ListDeletedUsers(ListDeletedUsersRequest request, ServerCallContext context) =>
        deletions.ListAsync(request, context.CancellationToken);

    private static TrackRow ToRecord(Contracts.Common.V1.Track track) => new(
        track.TrackId, track.Title, track.Artist, track.Album, [.. track.Genres], track.Duration?.ToTimeSpan());
}
