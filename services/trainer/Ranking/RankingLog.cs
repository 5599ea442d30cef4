using RecSys.Algorithms.Ranking.Features;

namespace RecSys.Trainer.Ranking;

/// <summary>What ranking needs beside plays: every listen, and what the catalogue says of the items.</summary>
/// <param name="Listens">In the numbering of users and items of the training's log.</param>
/// <param name="Catalogue">Of the same items.</param>
/// <param name="GenreNames">The name of each genre index.</param>
internal sealed record RankingLog(ListeningLog Listens, CatalogueIndex Catalogue, string[] GenreNames);
