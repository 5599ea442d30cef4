using RecSys.Trainer.Checkpoints;
using RecSys.Trainer.Progress;

namespace RecSys.Trainer.Stages;

/// <summary>Finds the nearest tracks of every track.</summary>
internal sealed class SimilarStage : IStage<SimilarInput, ListFile>
{
    /// <inheritdoc/>
    /// <returns>The lists; a track that no model knows has none.</returns>
    public Task<ListFile> RunAsync(SimilarInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        var among = input.Model is SimilarTracks { Count: var tracks } ? $", among {tracks:N0}" : "";
        progress.Report(0, $"{input.Count} similar tracks of {input.ItemCount:N0}{among}");
        return ListFileWriter.WriteAsync(
            input.Path, input.Model is null ? 0 : input.ItemCount, items => Lists(input, items, cancellationToken), progress, cancellationToken);
    }

    private static List<ScoredRow> Lists(SimilarInput input, int[] items, CancellationToken cancellationToken)
    {
        var lists = input.Model!.SimilarItems(items, input.Count, cancellationToken);
        var rows = new List<ScoredRow>(items.Length);
        for (var i = 0; i < items.Length; i++)
        {
            if (lists[i].Length > 0)
            {
                rows.Add(new ScoredRow(
                    items[i], Array.ConvertAll(lists[i], item => item.ItemIndex), Array.ConvertAll(lists[i], item => item.Score), []));
            }
        }

        return rows;
    }
}
