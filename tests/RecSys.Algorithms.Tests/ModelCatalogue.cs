using RecSys.Algorithms.Als;
using RecSys.Algorithms.Hybrid;
using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;
using RecSys.Algorithms.NextTracks;

namespace RecSys.Algorithms.Tests;

/// <summary>Every model of the library, fitted on a matrix under the name that the contract suite knows it by.</summary>
internal static class ModelCatalogue
{
    private static readonly Dictionary<string, Func<SparseMatrix, IRecommender>> Builders = new()
    {
        ["popularity by plays"] = train => PopularityModel.Fit(train),
        ["popularity by users"] = train => PopularityModel.Fit(train, PopularityMeasure.Users),
        ["popularity by rating"] = train => PopularityModel.Fit(train, PopularityMeasure.Rating),
        ["item-knn by cosine"] = train => ItemNeighborModel.Fit(train),
        ["item-knn by TF-IDF"] = train => ItemNeighborModel.Fit(train, new ItemNeighborOptions { Weighting = ItemWeighting.TfIdf }),
        ["item-knn by BM25"] = train => ItemNeighborModel.Fit(train, new ItemNeighborOptions { Weighting = ItemWeighting.Bm25 }),
        ["item-knn, shrunk, 20 neighbours"] = train => ItemNeighborModel.Fit(
            train, new ItemNeighborOptions { Shrinkage = 5, NeighborCount = 20, UserExponent = 0.7, CandidateExponent = 0.4 }),
        ["user-knn"] = train => UserNeighborModel.Fit(train, new UserNeighborOptions { Center = false }),
        ["user-knn, 20 neighbours"] = train => UserNeighborModel.Fit(train, new UserNeighborOptions { Center = false, NeighborCount = 20 }),
        ["markov"] = train => MarkovModel.Fit(PairsOf(train), seen: train),
        ["ease"] = train => EaseModel.Fit(train, new EaseOptions { Regularization = 2 }),
        ["slim"] = train => SlimModel.Fit(train, new SlimOptions { Regularization = 2 }),
        ["slim, 16 neighbours"] = train => SlimModel.Fit(
            train, new SlimOptions { Regularization = 2, NeighborCount = 16, UnobservedWeight = 0.5, UserExponent = 0 }),
        ["als"] = train => AlsModel.Fit(train, new AlsOptions { FactorCount = 2, Regularization = 0.1f }),
        ["hybrid"] = train => new HybridModel(train, [
            new HybridComponent(AlsModel.Fit(train, new AlsOptions { FactorCount = 2, Regularization = 0.1f }), 1),
            new HybridComponent(ItemNeighborModel.Fit(train), 0.5f),
            new HybridComponent(PopularityModel.Fit(train), 0.01f),
        ]),
    };

    public static IEnumerable<string> Names => Builders.Keys;

    public static IEnumerable<string> PersonalNames => Names.Where(name => !name.StartsWith("popularity", StringComparison.Ordinal));

    public static IRecommender Fit(string name, SparseMatrix train) => Builders[name](train);

    // Every item of a user's row follows every other.
    private static NextTrackPairs PairsOf(SparseMatrix train)
    {
        var pairs = new List<(int User, int Item, int Next)>();
        for (var user = 0; user < train.RowCount; user++)
        {
            foreach (var item in train.RowColumns(user))
            {
                foreach (var next in train.RowColumns(user))
                {
                    if (item != next)
                    {
                        pairs.Add((user, item, next));
                    }
                }
            }
        }

        return new NextTrackPairs(
            train.RowCount,
            train.ColumnCount,
            [.. pairs.Select(p => p.User)],
            [.. pairs.Select(p => p.Item)],
            [.. pairs.Select(p => p.Next)],
            new int[pairs.Count],
            new long[pairs.Count]);
    }
}
