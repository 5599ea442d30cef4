namespace RecSys.Algorithms.Trees;

/// <summary>What an ensemble was trained for, as far as the meaning of its margins goes.</summary>
public enum TreeObjective
{
    /// <summary>The margin itself is the answer: rankings and regressions. Only its order or its own unit counts.</summary>
    Identity,

    /// <summary>The margin is a log-odds; the logistic function makes it a probability.</summary>
    Logistic,
}

/// <summary>
/// Gradient-boosted trees, scored without the library that trained them. The margin of a row is the base margin plus the value of the
/// leaf that it falls into in every tree; NaN is a missing value. Immutable; safe for use by many threads.
/// </summary>
public sealed class TreeEnsemble
{
    private readonly DecisionTree[] _trees;
    private readonly PackedTrees _packed;
    private readonly Lazy<TreeContributions> _contributions;

    internal TreeEnsemble(DecisionTree[] trees, int featureCount, float baseMargin, TreeObjective objective)
    {
        (_trees, FeatureCount, BaseMargin, Objective) = (trees, featureCount, baseMargin, objective);
        _packed = new PackedTrees(trees, featureCount);
        _contributions = new Lazy<TreeContributions>(() => new TreeContributions(trees, baseMargin));
    }

    /// <summary>Values in a row.</summary>
    public int FeatureCount { get; }

    /// <summary>Number of trees.</summary>
    public int TreeCount => _trees.Length;

    /// <summary>The margin before any tree.</summary>
    public float BaseMargin { get; }

    /// <summary>What a margin means.</summary>
    public TreeObjective Objective { get; }

    internal IReadOnlyList<DecisionTree> Trees => _trees;

    /// <summary>Reads what <see cref="ToBytes"/> wrote, or the JSON of XGBoost that versions before decision 9 hold.</summary>
    /// <exception cref="AlgorithmException">The bytes are neither.</exception>
    public static TreeEnsemble Parse(ReadOnlyMemory<byte> bytes) =>
        TreeFile.IsOne(bytes.Span) ? TreeFile.Read(bytes) : XgboostJson.Read(bytes);

    /// <summary>
    /// Makes one ensemble of several: the trees of all one after another, with their leaves divided by the number of ensembles, and
    /// step functions as further trees. Its margins are the means of theirs plus the steps.
    /// </summary>
    /// <param name="ensembles">At least one, with the same features, objective and base margin.</param>
    /// <param name="steps">What is added to the mean.</param>
    /// <exception cref="AlgorithmException">The ensembles do not go together.</exception>
    public static TreeEnsemble MeanOf(IReadOnlyList<TreeEnsemble> ensembles, IReadOnlyList<StepFunction> steps)
    {
        ArgumentNullException.ThrowIfNull(ensembles);
        ArgumentNullException.ThrowIfNull(steps);
        if (ensembles.Select(ensemble => (ensemble.FeatureCount, ensemble.Objective, ensemble.BaseMargin)).Distinct().Count() != 1)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes, "Only ensembles with the same features, objective and base margin have a mean.");
        }

        var first = ensembles[0];
        return new TreeEnsemble(
            [
                .. ensembles.SelectMany(ensemble => ensemble._trees).Select(tree => tree.Scaled(1f / ensembles.Count)),
                .. steps.Select(step => step.ToTree()),
            ],
            first.FeatureCount,
            first.BaseMargin,
            first.Objective);
    }

    /// <summary>Everything, as it is stored.</summary>
    public byte[] ToBytes() => TreeFile.Write(this);

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
