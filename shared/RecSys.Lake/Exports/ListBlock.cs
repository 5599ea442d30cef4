using RecSys.Lake.DuckDb;

namespace RecSys.Lake.Exports;

/// <summary>Ranked lists of tracks, flattened: each row is one place in one list.</summary>
/// <param name="owners">The index of whose list a row belongs to.</param>
/// <param name="tracks">The index of the track.</param>
/// <param name="scores">Its score.</param>
/// <param name="ranks">Its place in the list, from 1.</param>
/// <param name="sources">The index of the texts of its sources; null when they are not kept.</param>
/// <param name="texts">What the indices stand for.</param>
internal sealed class ListBlock(int[] owners, int[] tracks, float[] scores, int[] ranks, int[]? sources, ListTexts texts) : RowBlock
{
    public override int RowCount => owners.Length;

    public override void Write(RowChunk chunk, int first, int count)
    {
        Look(texts.Owners, owners.AsSpan(first, count), chunk.Column<EngineText>(0));
        Look(texts.Tracks, tracks.AsSpan(first, count), chunk.Column<EngineText>(1));
        scores.AsSpan(first, count).CopyTo(chunk.Column<float>(2));
        ranks.AsSpan(first, count).CopyTo(chunk.Column<int>(3));
        if (sources is not null)
        {
            Look(texts.Sources, sources.AsSpan(first, count), chunk.Column<EngineText>(4));
        }
    }

    private static void Look(TextDictionary dictionary, ReadOnlySpan<int> indices, Span<EngineText> destination)
    {
        var texts = dictionary.Texts;
        for (var i = 0; i < indices.Length; i++)
        {
            destination[i] = texts[indices[i]];
        }
    }
}
