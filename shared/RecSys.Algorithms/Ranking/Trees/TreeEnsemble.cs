namespace RecSys.Algorithms.Ranking.Trees;

/// <summary>
/// Gradient-boosted trees, read from XGBoost's JSON model and scored without the library. The margin of a row is the base
/// margin plus the value of the leaf that it falls into in every tree; NaN is a missing value. Immutable; safe for use by
/// many threads.
/// </summary>
public sealed class TreeEnsemble
{
    private readonly DecisionTree[] _trees;
    private readonly PackedTrees _packed;
    private readonly Lazy<TreeContributions> _contributions;

    internal TreeEnsemble(DecisionTree[] trees, int featureCount, float baseMargin, TreeObjective objective, string objectiveName)
    {
        (_trees, FeatureCount, BaseMargin, Objective, ObjectiveName) = (trees, featureCount, baseMargin, objective, objectiveName);
        _packed = new PackedTrees(trees, featureCount);
        _contributions = new Lazy<TreeContributions>(() => new TreeContributions(trees, featureCount, baseMargin));
    }

    /// <summary>Values in a row.</summary>
    public int FeatureCount { get; }

    /// <summary>Number of trees.</summary>
    public int TreeCount => _trees.Length;

    /// <summary>The margin before any tree.</summary>
    public float BaseMargin { get; }

    /// <summary>What a margin means.</summary>
    public TreeObjective Objective { get; }

    /// <summary>The objective as XGBoost calls it, such as <c>rank:ndcg</c>.</summary>
    public string ObjectiveName { get; }

    /// <summary>Reads the model that XGBoost saves as JSON.</summary>
    /// <exception cref="AlgorithmException">The bytes are no such model, or one of a kind that is not supported.</exception>
    public static TreeEnsemble Parse(ReadOnlyMemory<byte> json) => XgboostModelReader.Read(json);

    /// <summary>The margins of rows, with vector instructions.</summary>
    /// <param name="rows">Rows × <see cref="FeatureCount"/>, row by row; NaN for missing.</param>
    /// <param name="margins">Receives one margin a row.</param>
    /// <exception cref="AlgorithmException">The sizes do not agree.</exception>
    public void Score(ReadOnlySpan<float> rows, Span<float> margins)
    {
        Check(rows.Length, margins.Length);
        margins.Fill(BaseMargin);
        _packed.Add(rows, margins);
    }

    /// <summary>The margins of rows, one tree and row at a time: what <see cref="Score"/> is tested against.</summary>
    /// <inheritdoc cref="Score" path="/param"/>
    /// <exception cref="AlgorithmException">The sizes do not agree.</exception>
    public void ScoreScalar(ReadOnlySpan<float> rows, Span<float> margins)
    {
        Check(rows.Length, margins.Length);
        for (var row = 0; row < margins.Length; row++)
        {
            var values = rows.Slice(row * FeatureCount, FeatureCount);
            var margin = BaseMargin;
            foreach (var tree in _trees)
            {
                margin += tree.Score(values);
            }

            margins[row] = margin;
        }
    }

    /// <summary>What each feature adds to one row's margin (exact TreeSHAP); with the bias they sum to the margin.</summary>
    /// <param name="row"><see cref="FeatureCount"/> values; NaN for missing.</param>
    /// <param name="contributions">Receives one value a feature.</param>
    /// <returns>The bias: the margin to be expected before anything is known of the row.</returns>
    /// <exception cref="AlgorithmException">The sizes do not agree.</exception>
    public double Explain(ReadOnlySpan<float> row, Span<double> contributions)
    {
        Check(row.Length, 1);
        Check(contributions.Length, 1);
        return _contributions.Value.Explain(row, contributions);
    }

    private void Check(int valueCount, int rowCount)
    {
        if (valueCount != (long)rowCount * FeatureCount)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes,
                $"{rowCount} rows of {FeatureCount} features are {(long)rowCount * FeatureCount} values; got {valueCount}.");
        }
    }
}
