namespace RecSys.Algorithms.Linear;

/// <summary>The indices 0 … 15 at a fixed address: rows that lie one after the other, for kernels that gather.</summary>
internal static unsafe class RowIndices
{
    private static readonly int[] Array = Create();

    /// <summary>Sixteen ascending indices.</summary>
    public static int* Consecutive => (int*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref Array[0]);

    private static int[] Create()
    {
        var indices = GC.AllocateArray<int>(Padding.Tile, pinned: true);
        for (var i = 0; i < indices.Length; i++)
        {
            indices[i] = i;
        }

        return indices;
    }
}
