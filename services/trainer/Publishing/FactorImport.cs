using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Matrices;
using RecSys.Analytics.Listens;
using RecSys.Data;
using RecSys.Data.Artifacts;
using RecSys.Data.Deletions;
using RecSys.Data.Models;
using RecSys.Hosting.Errors;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Steps;

namespace RecSys.Trainer.Publishing;

/// <summary>
/// Makes a model version of factors that came from elsewhere: what the lake knows of their users and tracks gives the heard tracks and
/// the popular ones, the factors give every list. Who was deleted is left out. Nobody sees it before it is whole, and it is not made the
/// active one.
/// </summary>
/// <param name="models">Where versions are.</param>
/// <param name="artifacts">Where their arrays are.</param>
/// <param name="deletedUsers">Who is left out.</param>
/// <param name="trainerLock">Held meanwhile: no training runs beside it.</param>
/// <param name="queries">The listens.</param>
public sealed class FactorImport(
    ModelStore models, ArtifactStore artifacts, DeletedUserStore deletedUsers, TrainerLock trainerLock, LakeQueries queries)
{
    private const int PersonalCount = 100;
    private const int SimilarCount = 50;
    private const int PopularCount = 1_000;

    // Of the progress: reading, then lists of users, then those of tracks.
    private const double ReadShare = 0.2;
    private const double PersonalShare = 0.5;
    private const string Interrupted = "The import was stopped or failed before the version was whole. Import the file again.";

    private readonly TimeProvider _clock = TimeProvider.System;

    // Who imports a file stands by: an import that fails is made again.
    private readonly VersionWriter _writer = new(
        models,
        artifacts,
        new DatabasePatience(
            Options.Create(new TrainerOptions { DatabasePatience = TimeSpan.Zero }), TimeProvider.System, NullLogger<DatabasePatience>.Instance));

    /// <summary>Makes the version.</summary>
    /// <param name="file">The factors.</param>
    /// <param name="given">What the factors were fitted with, where the file does not say: values by key, such as <c>als.regularization</c>.</param>
    /// <param name="report">Receives the share that is done, 0 to 1, and one line for a person.</param>
    /// <param name="cancellationToken">Ends the import; the version is then marked as failed.</param>
    /// <returns>Its id.</returns>
    /// <exception cref="RecSysException">ABORTED: a training or another import runs.</exception>
    public async Task<string> RunAsync(
        FactorFile file, IReadOnlyDictionary<string, string> given, Action<double, string> report, CancellationToken cancellationToken)
    {
        var begun = _clock.GetTimestamp();
        await using var lease = await trainerLock.TryAcquireAsync(cancellationToken)
            ?? throw RecSysException.Aborted(TrainingRunner.RunningReason, "A training or another import runs. Wait for its end and call again.");
        var version = VersionWriter.NewVersion(_clock.GetUtcNow());
        var deleted = new DeletedUsers(await deletedUsers.ReadNewsAsync(0, cancellationToken));
        file = Without(deleted, file);
        await models.BeginAsync(version, SettingsOf(file, given), cancellationToken, heededDeletions: deleted.Number);
        try
        {
            report(0, "reading the lake");
            var log = await ReadLogAsync(file, cancellationToken);
            var als = AlsModel.FromFactors(
                FactorMatrix.FromRows(file.UserIds.Length, file.FactorCount, file.UserFactors),
                FactorMatrix.FromRows(file.ItemIds.Length, file.FactorCount, file.ItemFactors),
                new AlsOptions(),
                log.Plays);
            await WriteAsync(version, log, als, report, cancellationToken);
            var result = new ModelResult(
                new Dictionary<string, double>(), file.UserIds.Length, file.ItemIds.Length, log.Plays.CellCount, _clock.GetElapsedTime(begun));
            await models.FinishAsync(version, result, cancellationToken);
            report(1, $"{log.Plays.CellCount:N0} cells of the lake are of the file's users and tracks");
            return version;
        }
        catch
        {
            await models.FailAsync(version, Interrupted, CancellationToken.None);
            throw;
        }
    }

    // Whenever they were fitted, the factors may be of what was deleted.
    private static FactorFile Without(DeletedUsers deleted, FactorFile file)
    {
        var stay = Enumerable.Range(0, file.UserIds.Length).Where(user => deleted.Find(file.UserIds[user]) is null).ToArray();
        return stay.Length == file.UserIds.Length
            ? file
            : file with
            {
                UserIds = Array.ConvertAll(stay, user => file.UserIds[user]),
                UserFactors = [.. stay.SelectMany(user => file.UserFactors.AsSpan(user * file.FactorCount, file.FactorCount).ToArray())],
            };
    }

    // A file of ours brings its settings; of others only alpha is known, and that confidence was linear in the plays.
    private static Dictionary<string, string> SettingsOf(FactorFile file, IReadOnlyDictionary<string, string> given)
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

    private async Task<TrainingLog> ReadLogAsync(FactorFile file, CancellationToken cancellationToken)
    {
        var cells = await queries.ReadInteractionsAsync(InteractionQuery.All, cancellationToken);
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

        var plays = SparseMatrix.FromTriples(file.UserIds.Length, file.ItemIds.Length, rows.ToArray(), columns.ToArray(), values.ToArray());
        return new TrainingLog(file.UserIds, file.ItemIds, plays, [], ListenCount: 0, RowCount: 0, Times: null);
    }

    /// <summary>Where each id of the lake stands in the file; -1 where it doesn't.</summary>
    private static int[] Positions(string[] lakeIds, string[] fileIds)
    {
        var positions = TrainingLog.PositionsOf(fileIds);
        return Array.ConvertAll(lakeIds, id => positions.GetValueOrDefault(id, -1));
    }

    private async Task WriteAsync(string version, TrainingLog log, AlsModel als, Action<double, string> report, CancellationToken cancellationToken)
    {
        var fitted = new FittedModels
        {
            Popularity = PopularityModel.Fit(log.Plays, PopularityMeasure.Users),
            Als = als,
            FitSeconds = new Dictionary<string, double>(),
        };
        report(ReadShare, "storing factors");
        await _writer.WriteArtifactsAsync(version, log, als.UserFactors, als.ItemFactors, cancellationToken);
        await _writer.WritePopularAsync(version, log, fitted.Popularity, PopularCount, cancellationToken);
        var count = Math.Min(PersonalCount, als.ItemCount);
        foreach (var users in Enumerable.Range(0, als.UserCount).Chunk(ModelStore.RowsPerCommit))
        {
            report(ReadShare + (PersonalShare * users[0] / als.UserCount), $"lists of {als.UserCount:N0} users");
            var rows = ListsStep.Lists(fitted, users, count, threadCount: 0, cancellationToken).ConvertAll(row => ListRows.Personal(row, log));
            await _writer.WriteAsync(version, rows, models.WriteUserRecommendationsAsync, cancellationToken);
        }

        foreach (var items in Enumerable.Range(0, als.ItemCount).Chunk(ModelStore.RowsPerCommit))
        {
            var share = ReadShare + PersonalShare;
            report(share + ((1 - share) * items[0] / als.ItemCount), $"similar tracks of {als.ItemCount:N0}");
            var lists = als.SimilarItems(items, SimilarCount, cancellationToken);
            var rows = items.Zip(lists).Where(pair => pair.Second.Length > 0).Select(pair => ListRows.Similar(pair.First, pair.Second, log)).ToArray();
            await _writer.WriteAsync(version, rows, models.WriteSimilarAsync, cancellationToken);
        }
    }
}
