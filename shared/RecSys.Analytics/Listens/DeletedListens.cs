using RecSys.Analytics.Engine;
using RecSys.Data.Deletions;
using RecSys.Lake;

namespace RecSys.Analytics.Listens;

/// <summary>The rule of <see cref="DeletedUsers"/> as SQL.</summary>
internal static class DeletedListens
{
    /// <summary>
    /// A condition that the rows fulfil which no deletion holds for; of deletions without an id nothing is known here, as nothing of them is
    /// left in the lake.
    /// </summary>
    /// <param name="deleted">The deletions.</param>
    /// <param name="time">The column with the time, or NULL where the rows have none.</param>
    /// <returns>The condition on user_id and the time; TRUE where nobody was deleted.</returns>
    public static string Condition(DeletedUsers deleted, string time = "listened_at")
    {
        var values = string.Join(", ", deleted.Rows.Where(user => user.UserId is not null).Select(
            user => $"({SqlText.Literal(user.UserId!)}, make_timestamptz({LakeTime.ToMicroseconds(user.DeletedAt)}))"));
        return values.Length == 0
            ? "TRUE"
            : $"NOT EXISTS (FROM (VALUES {values}) AS deleted (deleted_id, deleted_at) WHERE deleted_id = user_id AND NOT coalesce({time} > deleted_at, false))";
    }

    /// <summary>Those deletions whose users occur in files, each with the id that it may have lost.</summary>
    /// <param name="connection">The engine.</param>
    /// <param name="deleted">The deletions.</param>
    /// <param name="usersSql">A SELECT of user_id.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public static DeletedUsers In(EngineConnection connection, DeletedUsers deleted, string usersSql, CancellationToken cancellationToken)
    {
        if (deleted.IsEmpty)
        {
            return DeletedUsers.None;
        }

        var hashes = SqlText.LiteralList(deleted.Rows.Select(user => user.UserHash));
        var found = connection.ReadRows(
            $"SELECT user_id FROM (SELECT DISTINCT user_id FROM ({usersSql})) WHERE sha256(user_id) IN (SELECT unnest({hashes}))", row => row.GetString(0), cancellationToken);
        return new DeletedUsers(found.Select(userId => deleted.Find(userId)! with { UserId = userId }));
    }
}
