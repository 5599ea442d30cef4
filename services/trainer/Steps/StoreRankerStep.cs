using System.Text;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Features;
using RecSys.Data.Artifacts;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Ranker;
using RecSys.Trainer.Ranking;

namespace RecSys.Trainer.Steps;

/// <summary>Writes what the candidate and the ranker service load of a version for ranking. Without a trained ranker there is nothing to write.</summary>
internal sealed class StoreRankerStep(ArtifactStore artifacts, DatabasePatience patience)
{
    public async Task RunAsync(
        string version, RankerOutcome outcome, RankingLog log, RankingParts parts, StepProgress progress, CancellationToken cancellationToken)
    {
        if (!outcome.IsTrained)
        {
            return;
        }

        progress.Report(0, "trees, statistics and links");
        var statistics = parts.Statistics;
        var catalogue = log.Catalogue;
        Func<CancellationToken, Task>[] writes =
        [
            .. Links(version, ArtifactNames.ItemNeighbors, parts.ItemNeighbors),
            .. Links(version, ArtifactNames.UserNeighbors, parts.UserNeighbors),
            .. Links(version, ArtifactNames.NextTracks, parts.Next),
            token => artifacts.WriteMatrixAsync(
                version, ArtifactNames.RankerItems, statistics.ItemCount, ItemStatistics.ColumnCount, statistics.Row, token),
            token => artifacts.WriteInt32Async(version, ArtifactNames.RankerArtists, catalogue.Artists, token),
            token => artifacts.WriteInt32Async(version, ArtifactNames.RankerAlbums, catalogue.Albums, token),
            token => artifacts.WriteInt64Async(version, ArtifactNames.RankerGenreOffsets, catalogue.GenreOffsets, token),
            token => artifacts.WriteInt32Async(version, ArtifactNames.RankerGenres, catalogue.AllGenres, token),
            token => artifacts.WriteTextsAsync(version, ArtifactNames.RankerGenreNames, log.GenreNames, token),
            token => artifacts.WriteTextsAsync(
                version, ArtifactNames.RankerFeatures, [.. RankingFeatures.All.Select(feature => feature.Name)], token),
            token => artifacts.WriteBytesAsync(
                version, ArtifactNames.RankerImportance, Encoding.UTF8.GetBytes(ImportanceChart.Draw([.. outcome.Features.Zip(outcome.Gains)])), token),
            token => artifacts.WriteBytesAsync(version, ArtifactNames.RankerTrees, outcome.Trees, token),
        ];
        foreach (var write in writes)
        {
            await patience.RunAsync(write, cancellationToken);
        }
    }

    private IEnumerable<Func<CancellationToken, Task>> Links(string version, string name, LinkTable? links)
    {
        if (links is null)
        {
            return [];
        }

        return
        [
            token => artifacts.WriteInt64Async(version, ArtifactNames.OffsetsOf(name), links.Offsets, token),
            token => artifacts.WriteInt32Async(version, ArtifactNames.TargetsOf(name), links.AllTargets, token),
            token => artifacts.WriteMatrixAsync(version, ArtifactNames.WeightsOf(name), 1, links.AllWeights.Length, _ => links.AllWeights.Span, token),
        ];
    }
}
