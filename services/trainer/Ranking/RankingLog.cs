using RecSys.Algorithms.Ranking.Features;

namespace RecSys.Trainer.Ranking;

/// <summary>What ranking needs beside plays: every listen, and what the catalogue says of the items.</summary>
/// <param name="Listens">Users and items in a numbering of their own.</param>
/// <param name="Catalogue">Of the same items.</param>
/// <param name="GenreNames">The name of each genre index.</param>
/// <param name="UserKeys">The index that each user has in the training's log, whatever part of it this is.</param>
internal sealed record RankingLog(ListeningLog Listens, CatalogueIndex Catalogue, string[] GenreNames, int[] UserKeys);
