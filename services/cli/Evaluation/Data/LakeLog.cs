using RecSys.Cli.Output;
using RecSys.Lake;

namespace RecSys.Cli.Evaluation.Data;

/// <summary>Reads what a lake has: summed cells, or single listens where their times matter.</summary>
internal static class LakeLog
{
    private const long TicksPerMicrosecond = TimeSpan.TicksPerMicrosecond;

    /// <summary>Adds the lake's rows.</summary>
    /// <param name="lake">The lake.</param>
    /// <param name="builder">Receives the rows.</param>
    /// <param name="wantTimes">True: single listens; false: cells; null: single listens where the log has times.</param>
    /// <returns>Whether the rows have times.</returns>
    public static async Task<bool> ReadAsync(ListenLake lake, LogBuilder builder, bool? wantTimes, CancellationToken cancellationToken)
    {
        var cells = await lake.ReadInteractionsAsync(InteractionQuery.All, cancellationToken);
        var isTimed = cells.LastListenedAt.AsSpan().IndexOfAnyExcept(0) >= 0;
        if (wantTimes == true && !isTimed)
        {
            throw new UsageException("This log has no times, so nothing can be ordered by them. Split it with --split random or --split hash, and leave out models of what comes next (markov).");
        }

        if (!isTimed || wantTimes == false)
        {
            for (var cell = 0; cell < cells.CellCount; cell++)
            {
                builder.Add(cells.UserIds[cells.UserIndex[cell]], cells.TrackIds[cells.ItemIndex[cell]], cells.Plays[cell], 0);
            }

            return false;
        }

        await foreach (var listen in lake.ReadListensAsync(InteractionQuery.All, cancellationToken))
        {
            builder.Add(
                listen.UserId, listen.TrackId, listen.PlayCount, (listen.ListenedAt.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TicksPerMicrosecond);
        }

        return true;
    }
}
