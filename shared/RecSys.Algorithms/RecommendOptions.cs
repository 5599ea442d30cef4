namespace RecSys.Algorithms;

/// <summary>How many items to recommend, and which never.</summary>
public sealed record RecommendOptions
{
    /// <summary>Length of each list; at least 1. More than the catalogue is allowed and gives what there is.</summary>
    public int K { get; init; } = 10;

    /// <summary>Leave out the items of the user's fitted (or given) interactions.</summary>
    public bool ExcludeSeen { get; init; } = true;

    /// <summary>Only these items, when not null.</summary>
    public ItemSet? Allowed { get; init; }

    /// <summary>Never these items.</summary>
    public ItemSet? Denied { get; init; }

    /// <summary>Threads for calls about many users; 0 takes every core.</summary>
    public int ThreadCount { get; init; }

    /// <summary>Throws when a value is outside its range or an item set belongs to another catalogue.</summary>
    public void Validate(int itemCount)
    {
        if (K < 1)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"K is {K}; ask for at least 1 item.");
        }

        if (ThreadCount < 0)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"ThreadCount is {ThreadCount}; give 0 for every core, or more.");
        }

        ValidateSet(Allowed, nameof(Allowed), itemCount);
        ValidateSet(Denied, nameof(Denied), itemCount);
    }

    private static void ValidateSet(ItemSet? set, string name, int itemCount)
    {
        if (set is not null && set.ItemCount != itemCount)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes,
                $"{name} was made for {set.ItemCount} items but the model has {itemCount}; make the set with the model's item count.");
        }
    }
}
