using System.Collections.Concurrent;
using System.Globalization;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Tests.Golden;

/// <summary>ALS with the settings and the start that the golden values were computed with.</summary>
internal static class GoldenAls
{
    // Several tests look at the same models.
    private static readonly ConcurrentDictionary<(SparseMatrix, string), Lazy<AlsModel>> Fitted = new();

    /// <summary>The model of a name such as <c>als log alpha=10 f=32</c>, with its losses.</summary>
    public static AlsModel Get(SparseMatrix train, string name) =>
        Fitted.GetOrAdd((train, name), _ => new Lazy<AlsModel>(() => Fit(train, name))).Value;

    private static AlsModel Fit(SparseMatrix train, string name)
    {
        var words = name.Split(' ');
        var factorCount = int.Parse(words[3]["f=".Length..], CultureInfo.InvariantCulture);
        var settings = new AlsOptions
        {
            Confidence = words[1] == "log" ? AlsConfidence.Log : AlsConfidence.Linear,
            Alpha = float.Parse(words[2]["alpha=".Length..], CultureInfo.InvariantCulture),
            FactorCount = factorCount,
            Regularization = 0.1f,
            Iterations = 10,
            ComputeLoss = true,
        };
        return AlsModel.Fit(train, settings, new AlsStart(Initialization(train.ColumnCount, factorCount)));
    }

    private static FactorMatrix Initialization(int itemCount, int factorCount)
    {
        var factors = new float[itemCount * factorCount];
        for (var r = 0; r < itemCount; r++)
        {
            for (var k = 0; k < factorCount; k++)
            {
                var x = Math.Sin((12.9898 * (r + 1)) + (78.233 * (k + 1))) * 43758.5453;
                factors[(r * factorCount) + k] = (float)(0.01 * (x - Math.Floor(x) - 0.5));
            }
        }

        return FactorMatrix.FromRows(itemCount, factorCount, factors);
    }
}
