using RecSys.Algorithms.Linear;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Als;

/// <summary>
/// The objective, in time linear in the interactions: the sum over all pairs is the trace of two Gram matrices. Log confidence
/// takes the mean of the user's row in every cell (see <see cref="AlsConfidence.Log"/>).
/// </summary>
internal static unsafe class AlsLoss
{
    public static double Compute(
        SparseMatrix userRows,
        SparseMatrix itemRows,
        FactorMatrix users,
        FactorMatrix items,
        AlsOptions options,
        RowChunks chunks,
        int threadCount,
        CancellationToken cancellationToken)
    {
        var width = users.FactorCount;
        var userGram = GramMatrix.Compute(users.Pointer, users.RowCount, width, users.Stride, threadCount, cancellationToken);
        var itemGram = GramMatrix.Compute(items.Pointer, items.RowCount, width, items.Stride, threadCount, cancellationToken);

        // Σ_all s² = tr(XᵀX · YᵀY).
        var loss = (options.UnobservedWeight ?? 1) * DoubleKernel.Dot(userGram, itemGram);
        loss += Regularization(userRows, users, options) + Regularization(itemRows, items, options);

        var rowLosses = new double[userRows.RowCount];
        var workerWeights = new float[threadCount][];
        chunks.Run(threadCount, cancellationToken, (first, end, worker) =>
        {
            for (var row = first; row < end; row++)
            {
                var columns = userRows.RowColumns(row);
                var weights = workerWeights[worker];
                if (weights is null || weights.Length < columns.Length)
                {
                    workerWeights[worker] = weights = new float[Math.Max(columns.Length, 1024)];
                }

                ConfidenceWeights.Compute(userRows.RowValues(row), options.Confidence, options.Alpha, weights);
                var sum = 0d;
                for (var i = 0; i < columns.Length; i++)
                {
                    double score = VectorKernel.Dot(users.RowPointer(row), items.RowPointer(columns[i]), users.Stride);
                    var error = 1 - score;

                    // Hu: c (1 − s)² in place of the s² that the trace counted; Rendle: w (1 − s)² beside it.
                    sum += options.UnobservedWeight is null
                        ? ((1 + (double)weights[i]) * error * error) - (score * score)
                        : weights[i] * error * error;
                }

                rowLosses[row] = sum;
            }
        });
        GC.KeepAlive(users);
        GC.KeepAlive(items);
        foreach (var rowLoss in rowLosses)
        {
            loss += rowLoss;
        }

        return loss;
    }

    private static double Regularization(SparseMatrix rows, FactorMatrix factors, AlsOptions options)
    {
        var sum = 0d;
        for (var row = 0; row < factors.RowCount; row++)
        {
            var pointer = factors.RowPointer(row);
            double norm = VectorKernel.Dot(pointer, pointer, factors.Stride);
            sum += HalfStep.RowRegularization(options, rows.RowLength(row), rows.ColumnCount) * norm;
        }

        GC.KeepAlive(factors);
        return sum;
    }
}
