using RecSys.Data.Models;
using RecSys.Trainer.Progress;

namespace RecSys.Trainer.Stages;

/// <summary>Finds and stores the nearest tracks of every track by the cosine of their factors.</summary>
internal sealed class SimilarStage(ModelStore models, BlockWriter blocks) : IStage<SimilarInput, long>
{
    /// <inheritdoc/>
    /// <returns>The number of stored lists; a track whose factors are zero has none.</returns>
    public Task<long> RunAsync(SimilarInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(0, $"{input.Count} similar tracks of {input.TrackIds.Length:N0}");
        return blocks.WriteAsync(
            input.TrackIds.Length,
            items => Lists(input, items, cancellationToken),
            (lists, token) => models.WriteSimilarAsync(input.ModelVersion, lists, token),
            progress,
            cancellationToken);
    }

    private static List<SimilarTracksRecord> Lists(SimilarInput input, int[] items, CancellationToken cancellationToken)
    {
        var trackIds = input.TrackIds;
        var lists = input.Als.SimilarItems(items, input.Count, cancellationToken);
        var records = new List<SimilarTracksRecord>(items.Length);
        for (var i = 0; i < items.Length; i++)
        {
            if (lists[i].Length > 0)
            {
                var near = Array.ConvertAll(lists[i], item => trackIds[item.ItemIndex]);
                records.Add(new SimilarTracksRecord(trackIds[items[i]], near, Array.ConvertAll(lists[i], item => item.Score)));
            }
        }

        return records;
    }
}
