namespace RecSys.Algorithms.Linear;

/// <summary>
/// A = Vᵀ diag(λ) V for a symmetric matrix in double precision, the rows of V being the eigenvectors: Householder reduction to
/// tridiagonal form, then implicit QL (Golub and Van Loan, Matrix Computations, 8.3).
/// </summary>
internal static class SymmetricEigen
{
    /// <summary>Smaller problems take less time than waking up a thread for each of their columns.</summary>
    private const int SmallestParallelSize = 256;

    /// <summary>Decomposes the size × size matrix, whose contents are lost.</summary>
    /// <returns>Eigenvalues, descending, and the matrix whose row k is the k-th eigenvector; the same for any number of threads.</returns>
    public static (double[] Values, double[] Vectors) Decompose(double[] matrix, int size, int threadCount)
    {
        threadCount = size < SmallestParallelSize ? 1 : threadCount;
        var diagonal = new double[size];
        var offDiagonal = new double[size];
        var vectors = Tridiagonalization.Reduce(matrix, size, diagonal, offDiagonal, threadCount);
        TridiagonalEigen.Diagonalize(diagonal, offDiagonal, new RowRotations(vectors, size, threadCount));

        var order = new int[size];
        for (var i = 0; i < size; i++)
        {
            order[i] = i;
        }

        Array.Sort(order, (a, b) => diagonal[a] != diagonal[b] ? diagonal[b].CompareTo(diagonal[a]) : a.CompareTo(b));
        var values = new double[size];
        for (var i = 0; i < size; i++)
        {
            values[i] = diagonal[order[i]];
            vectors.AsSpan(order[i] * size, size).CopyTo(matrix.AsSpan(i * size, size));
        }

        return (values, matrix);
    }
}
