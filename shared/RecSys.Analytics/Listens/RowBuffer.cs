using System.Runtime.InteropServices;

namespace RecSys.Analytics.Listens;

/// <summary>
/// Listens in the order of users, as parallel arrays. They lie outside of the managed heap, because each array is as large as
/// the log and must be gone at once when it was used.
/// </summary>
internal sealed unsafe class RowBuffer : IDisposable
{
    private void* _items;
    private void* _times;
    private void* _weights;

    public RowBuffer(long count)
    {
        Count = count;
        try
        {
            _items = NativeMemory.Alloc((nuint)Math.Max(count, 1), sizeof(int));
            _times = NativeMemory.Alloc((nuint)Math.Max(count, 1), sizeof(long));
            _weights = NativeMemory.Alloc((nuint)Math.Max(count, 1), sizeof(float));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    ~RowBuffer() => Free();

    public long Count { get; }

    /// <summary>Items of all rows.</summary>
    public int* Items => (int*)_items;

    /// <summary>Times of all rows, in microseconds since 1970.</summary>
    public long* Times => (long*)_times;

    /// <summary>Weights of all rows.</summary>
    public float* Weights => (float*)_weights;

    public void FreeItems() => Free(ref _items);

    public void FreeTimes() => Free(ref _times);

    public void FreeWeights() => Free(ref _weights);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private static void Free(ref void* memory)
    {
        NativeMemory.Free(memory);
        memory = null;
    }

    private void Free()
    {
        FreeItems();
        FreeTimes();
        FreeWeights();
    }
}
