using System.Data.Common;
using RecSys.Analytics.Engine;
using RecSys.Analytics.Listens;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Exposures;

/// <summary>What became of the slates that were shown: exposures joined to the listens that followed them (docs/exposures.md).</summary>
/// <param name="queries">The lake and its engine.</param>
public sealed class ExposureOutcomes(LakeQueries queries)
{
    private const string Dimensions = "model_version, experiment, arm, source, rank";

    /// <summary>Counts exposures and plays: in all, and by version, arm, source and rank.</summary>
    /// <exception cref="LakeCorruptException">A file can't be read.</exception>
    public Task<ExposureReport> ReportAsync(ExposureQuery query, CancellationToken cancellationToken = default) => ReadAsync(
        query,
        (connection, source) =>
        {
            var counts = connection.ReadRows(
                $"""
                SELECT {Dimensions}, grouping({Dimensions}), count(DISTINCT exposure_id), count(*), count(*) FILTER (listened), avg(played_share)
                FROM ({source.Sql()})
                GROUP BY GROUPING SETS ((), (model_version), (experiment, arm), (source), (rank), (model_version, experiment, arm, source, rank))
                ORDER BY {Dimensions}
                """,
                ReadCounts,
                cancellationToken);
            return new ExposureReport(
                query,
                counts.Where(count => count.Groups == 0b11111).Select(count => count.Counts).FirstOrDefault() ?? new ExposureCounts(0, 0, 0, null),
                Of(0b01111),
                Of(0b10011),
                Of(0b11101),
                Of(0b11110),
                Of(0b00000));

            IReadOnlyList<ExposureCounts> Of(long groups) => [.. counts.Where(count => count.Groups == groups).Select(count => count.Counts)];
        },
        cancellationToken);

    /// <summary>Writes a row for each position that was shown, with what the user made of it, as a Parquet file (docs/exposures.md).</summary>
    /// <param name="query">Which exposures.</param>
    /// <param name="file">The file, which is made or replaced when all is done.</param>
    /// <param name="cancellationToken">Cancelled, the file is as it was.</param>
    /// <returns>How many rows.</returns>
    /// <exception cref="LakeCorruptException">A file of the lake can't be read.</exception>
    /// <exception cref="IOException">The file can't be written, such as on a full disk.</exception>
    public async Task<long> ExportAsync(ExposureQuery query, string file, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        var unfinished = $"{file}.{Guid.NewGuid():N}.part";
        try
        {
            var rows = await ReadAsync(
                query,
                (connection, source) =>
                {
                    try
                    {
                        return connection.Execute(
                            $"COPY ({source.Sql()} ORDER BY user_id, shown_at, exposure_id, rank) TO {SqlText.Literal(unfinished)} (FORMAT parquet, COMPRESSION {queries.Lake.Compression.Codec()})",
                            cancellationToken);
                    }
                    catch (EngineException failure) when (source.FindUnreadableFile(connection, failure, cancellationToken) is null)
                    {
                        throw new IOException($"{file} can't be written: {failure.Message.ReplaceLineEndings(" ")}", failure);
                    }
                },
                cancellationToken).ConfigureAwait(false);
            File.Move(unfinished, file, overwrite: true);
            return rows;
        }
        finally
        {
            // Not there when it was moved, or could not be made.
            if (File.Exists(unfinished))
            {
                File.Delete(unfinished);
            }
        }
    }

    private async Task<T> ReadAsync<T>(ExposureQuery query, Func<EngineConnection, ExposureSource, T> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        await using var lake = await queries.Lake.OpenAsync(cancellationToken).ConfigureAwait(false);
        var source = new ExposureSource(lake, query);
        return await Task.Run(
            () =>
            {
                using var connection = queries.Engine.Connect();
                try
                {
                    return read(connection, source);
                }
                catch (EngineException failure) when (source.FindUnreadableFile(connection, failure, cancellationToken) is { } corrupt)
                {
                    throw corrupt;
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static (long Groups, ExposureCounts Counts) ReadCounts(DbDataReader row) => (
        row.GetInt64(5),
        new ExposureCounts(row.GetInt64(6), row.GetInt64(7), row.GetInt64(8), row.IsDBNull(9) ? null : row.GetDouble(9))
        {
            ModelVersion = row.TextOrNull(0),
            Experiment = row.TextOrNull(1),
            Arm = row.TextOrNull(2),
            Source = row.TextOrNull(3),
            Rank = row.IsDBNull(4) ? null : row.GetInt32(4),
        });
}
