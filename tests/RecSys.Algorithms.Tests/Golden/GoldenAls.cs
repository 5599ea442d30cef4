using System.Globalization;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Tests.Golden;

/// <summary>ALS with the settings and the start that the golden values were computed with.</summary>
internal static class GoldenAls
{
    /// <summary>Fits the model of a name such as <c>als log alpha=10 f=32</c>.</summary>
    public static AlsModel Fit(SparseMatrix train, string name, bool computeLoss = false)
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
            ComputeLoss = computeLoss,
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
