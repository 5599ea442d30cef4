using RecSys.Algorithms.Als;
using RecSys.Data.Models;
using RecSys.Trainer.Progress;

namespace RecSys.Trainer.Stages;

/// <summary>Finds the nearest tracks of every track by the cosine of their factors, and stores them block by block.</summary>
internal sealed class SimilarStage(ModelStore models) : IStage<SimilarInput, long>
{
    // Large enough that the threads have enough to do between two blocks, small beside the factors.
    private const int ItemsPerBlock = 2_048;

    /// <inheritdoc/>
    /// <returns>The number of stored lists; a track whose factors are zero has none.</returns>
    public Task<long> RunAsync(SimilarInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(0, $"{input.Count} similar tracks of {input.TrackIds.Length:N0}");
        return Task.Run(() => models.WriteSimilarAsync(input.ModelVersion, Lists(input, progress, cancellationToken), cancellationToken), cancellationToken);
    }

    private static IEnumerable<SimilarTracksRecord> Lists(SimilarInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        var trackIds = input.TrackIds;
        for (var first = 0; first < trackIds.Length; first += ItemsPerBlock)
        {
            int[] items = [.. Enumerable.Range(first, Math.Min(ItemsPerBlock, trackIds.Length - first))];
            var lists = input.Als.SimilarItems(items, input.Count, cancellationToken);
            for (var i = 0; i < items.Length; i++)
            {
                if (lists[i].Length > 0)
                {
                    yield return new SimilarTracksRecord(
                        trackIds[items[i]], Array.ConvertAll(lists[i], near => trackIds[near.ItemIndex]), Array.ConvertAll(lists[i], near => near.Score));
                }
            }

            progress.Report((double)(first + items.Length) / trackIds.Length);
        }
    }
}
