namespace RecSys.Algorithms.Evaluation;

/// <summary>How often a model knew what came next.</summary>
public sealed record NextTrackResult
{
    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>Test pairs.</summary>
    public required int Pairs { get; init; }

    /// <summary>Share of the test pairs that could be measured, because user and next item are known. 0…1.</summary>
    public required double Coverage { get; init; }

    /// <summary>Share of the measured pairs whose next item was the first of the list. 0…1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Share of the measured pairs whose next item was among the first <see cref="K"/>. 0…1.</summary>
    public required double HitRate { get; init; }

    /// <summary>Mean of 1 / position of the next item, 0 where it wasn't among the first <see cref="K"/>.</summary>
    public required double Mrr { get; init; }

    /// <summary>Length of the lists.</summary>
    public required int K { get; init; }

    /// <summary>How long measuring took, in seconds.</summary>
    public required double Seconds { get; init; }
}
