using RecSys.Algorithms.Features;
using RecSys.Trainer.Pipeline;

namespace RecSys.Trainer.Ranking;

/// <summary>What ranking needs beside plays: every listen, and what the catalogue says of the items.</summary>
/// <param name="Listens">Users and items in a numbering of their own.</param>
/// <param name="Catalogue">Of the same items.</param>
/// <param name="GenreNames">The name of each genre index.</param>
/// <param name="UserKeys">The index that each user has in the training's log, whatever part of it this is.</param>
internal sealed record RankingLog(ListensByUser Listens, CatalogueIndex Catalogue, string[] GenreNames, int[] UserKeys)
    : IOutcome<RankingLog>
{
    /// <inheritdoc/>
    public void Write(CheckpointWriter writer)
    {
        var listens = Listens.ToInteractions();
        writer.WriteInt64(listens.UserCount);
        writer.WriteInt64(listens.ItemCount);
        writer.WriteArray(listens.UserIndices);
        writer.WriteArray(listens.ItemIndices);
        writer.WriteArray(listens.Times);
        writer.WriteArray(Listens.Shares);
        writer.WriteArray(listens.Weights);
        writer.WriteArray(Catalogue.Artists.Span);
        writer.WriteArray(Catalogue.Albums.Span);
        writer.WriteArray(Catalogue.GenreOffsets.Span);
        writer.WriteArray(Catalogue.AllGenres.Span);
        writer.WriteTexts(GenreNames);
        writer.WriteArray(UserKeys);
    }

    /// <inheritdoc/>
    public static RankingLog Read(CheckpointReader reader)
    {
        var (users, items) = (reader.ReadInt32(), reader.ReadInt32());
        return new RankingLog(
            ListensByUser.Create(
                users, items, reader.ReadArray<int>(), reader.ReadArray<int>(), reader.ReadArray<long>(), reader.ReadArray<float>(),
                reader.ReadArray<float>()),
            new CatalogueIndex(reader.ReadArray<int>(), reader.ReadArray<int>(), reader.ReadArray<long>(), reader.ReadArray<int>()),
            reader.ReadTexts(),
            reader.ReadArray<int>());
    }
}
