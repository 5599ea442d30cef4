namespace RecSys.Trainer.Pipeline;

/// <summary>
/// Gives the memory back that a step of a training has left. Its arrays are as large as the log, and the collector, which sees gigabytes in
/// use and gigabytes free on the machine, would make the next ones beside them: three times as much at the most, measured.
/// </summary>
internal static class LargeHeap
{
    // Below, a collection isn't worth its time.
    private const long SmallHeapBytes = 1L << 30;

    /// <summary>Collects what is not used any more, unless there is little of anything.</summary>
    public static void Trim()
    {
        if (GC.GetTotalMemory(forceFullCollection: false) > SmallHeapBytes)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }
}
