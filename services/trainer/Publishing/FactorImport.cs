using System.Diagnostics;
using System.Globalization;
using RecSys.Algorithms;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.ItemModels;
using RecSys.Analytics.Listens;
using RecSys.Cli.Imports;
using RecSys.Cli.Output;
using RecSys.Data.Artifacts;
using RecSys.Data.Models;
using Spectre.Console;

namespace RecSys.Cli.Exports;

/// <summary>
/// Makes a model version of factors that came from elsewhere: what the lake knows of their users and tracks gives the heard tracks and
/// the popular ones, the factors give every list. Nobody sees it before it is whole, and it is not made the active one.
/// </summary>
internal sealed class FactorImport(ImportTarget stores, FactorFile file, IReadOnlyDictionary<string, string> given, IAnsiConsole notes)
{
    private const int PersonalCount = 100;
    private const int SimilarCount = 50;
    private const int PopularCount = 1_000;
    private const string ModelName = "als";
    private const string Interrupted = "The import was stopped or failed before the version was whole. Import the file again.";

    /// <summary>Makes the version.</summary>
    /// <returns>Its id.</returns>
    /// <exception cref="UsageException">A training or another import runs.</exception>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        await using var lease = await stores.TrainerLock.TryAcquireAsync(cancellationToken)
            ?? throw new UsageException("a training or another import runs. Wait for its end and call again.");
        var plays = await ReadPlaysAsync(cancellationToken);
        var als = AlsModel.FromFactors(
            FactorMatrix.FromRows(file.UserIds.Length, file.FactorCount, file.UserFactors),
            FactorMatrix.FromRows(file.ItemIds.Length, file.FactorCount, file.ItemFactors),
            new AlsOptions(),
            plays);
        var version = string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyyMMdd'T'HHmmss'Z'}-{Random.Shared.Next(1 << 16):x4}");
        await stores.Models.BeginAsync(version, Settings(), cancellationToken);
        try
        {
            await WriteAsync(version, als, plays, cancellationToken);
            await stores.Models.FinishAsync(
                version,
                new ModelResult(new Dictionary<string, double>(), file.UserIds.Length, file.ItemIds.Length, plays.CellCount, clock.Elapsed),
                cancellationToken);
            return version;
        }
        catch
        {
            await stores.Models.FailAsync(version, Interrupted, CancellationToken.None);
            throw;
        }
    }

    // A file of ours brings its settings; of others only alpha is known, and that confidence was linear in the plays.
    private Dictionary<string, string> Settings()
    {
        var settings = new Dictionary<string, string>(file.Settings)
        {
            ["als.factors"] = file.FactorCount.ToString(CultureInfo.InvariantCulture),
            ["lists.personal"] = $"{PersonalCount}",
            ["similar.count"] = $"{SimilarCount}",
            ["popular.count"] = $"{PopularCount}",
        };
        settings.TryAdd("als.alpha", (file.Alpha ?? 1).ToString(CultureInfo.InvariantCulture));
        settings.TryAdd("als.confidence", "linear");
        settings.TryAdd("als.regularization", "0.05");
        foreach (var (key, value) in given)
        {
            settings[key] = value;
        }

        return settings;
    }

    private Task<SparseMatrix> ReadPlaysAsync(CancellationToken cancellationToken) => ProgressView.RunAsync(notes, "Reading the lake", async report =>
    {
        var cells = await stores.Queries.ReadInteractionsAsync(InteractionQuery.All, cancellationToken);
        var users = Positions(cells.UserIds, file.UserIds);
        var items = Positions(cells.TrackIds, file.ItemIds);
        var (rows, columns, values) = (new List<int>(), new List<int>(), new List<float>());
        for (var cell = 0; cell < cells.CellCount; cell++)
        {
            if (users[cells.UserIndex[cell]] is >= 0 and var user && items[cells.ItemIndex[cell]] is >= 0 and var item)
            {
                rows.Add(user);
                columns.Add(item);
                values.Add(cells.Plays[cell]);
            }
        }

        report(1, $"{rows.Count:N0} of {cells.CellCount:N0} cells are of the file's users and tracks");
        return SparseMatrix.FromTriples(file.UserIds.Length, file.ItemIds.Length, rows.ToArray(), columns.ToArray(), values.ToArray());
    });

    /// <summary>Where each id of the lake stands in the file; -1 where it doesn't.</summary>
    private static int[] Positions(string[] lakeIds, string[] fileIds)
    {
        var positions = new Dictionary<string, int>(fileIds.Length, StringComparer.Ordinal);
        for (var i = 0; i < fileIds.Length; i++)
        {
            positions[fileIds[i]] = i;
        }

        return Array.ConvertAll(lakeIds, id => positions.GetValueOrDefault(id, -1));
    }

    private async Task WriteAsync(string version, AlsModel als, SparseMatrix plays, CancellationToken cancellationToken)
    {
        var (models, artifacts) = (stores.Models, stores.Artifacts);
        await ProgressView.RunAsync(notes, "Storing factors", async _ =>
        {
            await artifacts.WriteTextsAsync(version, ArtifactNames.UserIds, file.UserIds, cancellationToken);
            await artifacts.WriteTextsAsync(version, ArtifactNames.TrackIds, file.ItemIds, cancellationToken);
            await artifacts.WriteMatrixAsync(
                version, ArtifactNames.AlsUserFactors, als.UserCount, file.FactorCount, als.UserFactors.Row, cancellationToken);
            await artifacts.WriteMatrixAsync(
                version, ArtifactNames.AlsItemFactors, als.ItemCount, file.FactorCount, als.ItemFactors.Row, cancellationToken);
            var offsets = new long[plays.RowCount + 1];
            var heard = new List<int>();
            var counts = new List<int>();
            for (var user = 0; user < plays.RowCount; user++)
            {
                heard.AddRange(plays.RowColumns(user));
                foreach (var value in plays.RowValues(user))
                {
                    counts.Add((int)Math.Clamp(value, 1, int.MaxValue));
                }

                offsets[user + 1] = heard.Count;
            }

            await artifacts.WriteInt64Async(version, ArtifactNames.HeardOffsets, offsets, cancellationToken);
            await artifacts.WriteInt32Async(version, ArtifactNames.HeardItems, heard.ToArray(), cancellationToken);
            await artifacts.WriteInt32Async(version, ArtifactNames.HeardPlays, counts.ToArray(), cancellationToken);
            var popular = PopularityModel.Fit(plays, PopularityMeasure.Users).Top(Math.Min(PopularCount, als.ItemCount));
            return await models.WritePopularAsync(
                version,
                popular.Where(track => track.Users > 0)
                    .Select(track => new PopularTrackRow(track.Rank, file.ItemIds[track.ItemIndex], track.Users, (long)track.Plays)),
                cancellationToken);
        });
        await ProgressView.RunAsync(notes, "Storing lists", report => WriteBlocksAsync(als.UserCount, report, users =>
        {
            var lists = als.Recommend(users, new RecommendOptions { K = Math.Min(PersonalCount, als.ItemCount) }, cancellationToken);
            return models.WriteUserRecommendationsAsync(
                version,
                users.Select((user, i) => new UserRecommendationsRow(
                    file.UserIds[user], Ids(lists[i]), Scores(lists[i]), Array.ConvertAll(lists[i], _ => ModelName))),
                cancellationToken);
        }));
        await ProgressView.RunAsync(notes, "Storing similar tracks", report => WriteBlocksAsync(als.ItemCount, report, items =>
        {
            var lists = als.SimilarItems(items, SimilarCount, cancellationToken);
            return models.WriteSimilarAsync(
                version,
                items.Select((item, i) => (item, i)).Where(pair => lists[pair.i].Length > 0)
                    .Select(pair => new SimilarTracksRow(file.ItemIds[pair.item], Ids(lists[pair.i]), Scores(lists[pair.i]))),
                cancellationToken);
        }));
    }

    private static async Task<long> WriteBlocksAsync(int count, Action<double, string?> report, Func<int[], Task<long>> write)
    {
        var rows = 0L;
        for (var first = 0; first < count; first += ModelStore.RowsPerCommit)
        {
            int[] indices = [.. Enumerable.Range(first, Math.Min(ModelStore.RowsPerCommit, count - first))];
            rows += await write(indices);
            report((double)(first + indices.Length) / count, $"{rows:N0}");
        }

        return rows;
    }

    private string[] Ids(ScoredItem[] list) => Array.ConvertAll(list, item => file.ItemIds[item.ItemIndex]);

    private static float[] Scores(ScoredItem[] list) => Array.ConvertAll(list, item => item.Score);
}
