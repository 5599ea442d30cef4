using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Evaluation;

/// <summary>A quick look at whether a model learned anything: mean scores of items that users know against items that they don't.</summary>
/// <param name="UserIndex">The user.</param>
/// <param name="MeanSeen">Mean score of some of the user's train items.</param>
/// <param name="MeanUnseen">Mean score of as many other items.</param>
public sealed record AffinityCheck(int UserIndex, double MeanSeen, double MeanUnseen)
{
    /// <summary>Draws users and items.</summary>
    /// <param name="model">A model fitted on <paramref name="train"/>.</param>
    /// <param name="train">Users × items.</param>
    /// <param name="users">How many users to draw; those with too few items on either side are passed over.</param>
    /// <param name="items">How many seen and how many unseen items to draw of each.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <exception cref="AlgorithmException">A number is below 1, or the sizes don't agree.</exception>
    public static IReadOnlyList<AffinityCheck> Run(IRecommender model, SparseMatrix train, int users = 10, int items = 5, int seed = 42)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(train);
        if (users < 1 || items < 1)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, "Draw at least one user and one item.");
        }

        if (model.UserCount != train.RowCount || model.ItemCount != train.ColumnCount)
        {
            throw new AlgorithmException(AlgorithmError.MismatchedSizes, "The model was fitted on another matrix than the one given.");
        }

        var random = new SplitMix(seed, "affinity");
        var eligible = Enumerable.Range(0, train.RowCount)
            .Where(user => train.RowLength(user) >= items && train.ColumnCount - train.RowLength(user) >= items)
            .ToArray();
        random.Shuffle<int>(eligible);
        var scores = new float[model.ItemCount];
        return [.. eligible.Take(users).Select(user =>
        {
            model.Score(user, scores);
            var seen = train.RowColumns(user).ToArray();
            random.Shuffle<int>(seen);
            var unseen = new HashSet<int>();
            while (unseen.Count < items)
            {
                var item = random.NextInt(train.ColumnCount);
                if (train.RowColumns(user).BinarySearch(item) < 0)
                {
                    unseen.Add(item);
                }
            }

            return new AffinityCheck(user, seen.Take(items).Average(Score), unseen.Average(Score));
        })];

        // An item that the model can say nothing about has no affinity.
        double Score(int item) => float.IsFinite(scores[item]) ? scores[item] : 0;
    }
}
