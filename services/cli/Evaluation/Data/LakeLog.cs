using RecSys.Algorithms;
using RecSys.Analytics.Listens;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;

namespace RecSys.Cli.Evaluation.Data;

/// <summary>Reads what a lake has: summed cells, or single listens where their times matter.</summary>
internal static class LakeLog
{
    /// <summary>Adds the rows of a data folder's lake.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="imports">The imports to read alone, by name; none: everything.</param>
    /// <param name="builder">Receives the rows.</param>
    /// <param name="wantTimes">True: single listens; false: cells; null: single listens where the log has times.</param>
    /// <returns>Whether the rows have times.</returns>
    /// <exception cref="UsageException">There are no listens, or no times where they are wanted.</exception>
    public static async Task<bool> ReadAsync(
        DirectoryInfo folder, IReadOnlyList<string> imports, LogBuilder builder, bool? wantTimes, CancellationToken cancellationToken)
    {
        var settings = new FolderSettings(folder);
        await using var folderLake = await settings.OpenLakeAsync(cancellationToken);
        using var queries = new LakeQueries(folderLake.Lake);
        foreach (var name in imports)
        {
            await queries.RequireImportAsync(name, cancellationToken);
        }

        return await queries.CountRowsAsync(cancellationToken) == 0
            ? throw new UsageException($"{settings.Lake.Root}: there are no listens. Import a log with 'recsys import FORMAT PATH --data {folder}', or name files with --train and --test.")
            : await ReadAsync(queries, InteractionQuery.All with { Imports = imports }, builder, wantTimes, cancellationToken);
    }

    /// <summary>Adds a lake's rows, as the other.</summary>
    public static async Task<bool> ReadAsync(
        LakeQueries queries, InteractionQuery query, LogBuilder builder, bool? wantTimes, CancellationToken cancellationToken)
    {
        var cells = await queries.ReadInteractionsAsync(query, cancellationToken);
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

        await foreach (var listen in queries.ReadListensAsync(query, cancellationToken))
        {
            builder.Add(
                listen.UserId, listen.TrackId, listen.PlayCount, UnixMicroseconds.From(listen.ListenedAt));
        }

        return true;
    }
}
