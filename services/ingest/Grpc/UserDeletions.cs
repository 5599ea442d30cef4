using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Data.Deletions;
using RecSys.Hosting;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Errors;

namespace RecSys.Ingest.Grpc;

/// <summary>Deletes people, tells everybody, and lists who was deleted (docs/privacy.md).</summary>
internal sealed class UserDeletions(
    DeletedUserStore store, KnownDeletions known, IEventPublisher events, ILogger<UserDeletions> logger)
{
    private const int MaxPageSize = 1_000;
    private const int DefaultPageSize = 100;

    /// <summary>Deletes a person; returns when the database has committed it and the bus has the word.</summary>
    /// <exception cref="RecSysException">INVALID_ARGUMENT, or UNAVAILABLE: the bus did not confirm. Deleting again tells it again.</exception>
    /// <exception cref="Data.DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<DeleteUserResponse> DeleteAsync(DeleteUserRequest request, CancellationToken cancellationToken)
    {
        var violations = new FieldViolations();
        violations.RequireId(request.UserId, "user_id");
        violations.ThrowIfAny();

        var deletion = await store.DeleteAsync(request.UserId, cancellationToken);
        IngestLog.UserDeleted(logger, deletion.Deleted.Number, deletion.RecentListens, deletion.RejectedListens, deletion.Lists);
        await known.ReadAsync(cancellationToken);
        await events.PublishAsync(
            new UserDeleted { UserId = request.UserId, DeleteTime = deletion.Deleted.DeletedAt.ToTimestamp() }, cancellationToken);
        return new DeleteUserResponse
        {
            DeletedUser = ToMessage(deletion.Deleted),
            RecentListens = deletion.RecentListens,
            RejectedListens = deletion.RejectedListens,
            RecommendationLists = deletion.Lists,
        };
    }

    /// <summary>A page of deletions, newest first.</summary>
    /// <exception cref="RecSysException">INVALID_ARGUMENT with every bad field.</exception>
    /// <exception cref="Data.DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<ListDeletedUsersResponse> ListAsync(ListDeletedUsersRequest request, CancellationToken cancellationToken)
    {
        var violations = new FieldViolations();
        violations.RequireRange(request.PageSize, 0, MaxPageSize, "page_size");
        long before = 0;
        violations.Require(
            request.PageToken.Length == 0 || long.TryParse(request.PageToken, NumberStyles.None, CultureInfo.InvariantCulture, out before),
            "page_token",
            "must be the next_page_token of an earlier answer, or empty for the first page");
        violations.ThrowIfAny();

        var pageSize = request.PageSize == 0 ? DefaultPageSize : request.PageSize;
        var rows = await store.GetPageAsync(pageSize + 1, request.PageToken.Length == 0 ? null : before, cancellationToken);
        var answer = new ListDeletedUsersResponse { DeletedUsers = { rows.Take(pageSize).Select(ToMessage) } };
        if (rows.Count > pageSize)
        {
            answer.NextPageToken = rows[pageSize - 1].Number.ToString(CultureInfo.InvariantCulture);
        }

        return answer;
    }

    private static DeletedUser ToMessage(DeletedUserRow row) => new()
    {
        UserHash = row.UserHash,
        UserId = row.UserId ?? "",
        DeleteTime = row.DeletedAt.ToTimestamp(),
        EraseTime = row.ErasedAt?.ToTimestamp(),
    };
}
