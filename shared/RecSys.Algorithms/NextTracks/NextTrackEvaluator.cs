using System.Diagnostics;

namespace RecSys.Algorithms.NextTracks;

/// <summary>Measures next-track models on pairs of a listen and the next.</summary>
public static class NextTrackEvaluator
{
    // Neighbouring pairs are mostly of one user; a thread takes this many, so that what it knows of the user serves them all.
    private const int BatchPairs = 512;

    /// <summary>Measures a model; repeats are allowed, the full catalogue is ranked.</summary>
    /// <param name="model">The model.</param>
    /// <param name="test">Test pairs, in the model's numbering.</param>
    /// <param name="knownUsers">Which users the model knows, one flag a user.</param>
    /// <param name="knownItems">Which items the model knows, one flag an item.</param>
    /// <param name="k">Length of the lists, at least 1.</param>
    /// <param name="threadCount">Threads; 0 takes every core.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="AlgorithmException">Sizes don't agree, k is below 1, or no pair can be measured.</exception>
    public static NextTrackResult Evaluate(
        INextTrackModel model,
        NextTrackPairs test,
        ReadOnlySpan<bool> knownUsers,
        ReadOnlySpan<bool> knownItems,
        int k = 20,
        int threadCount = 0,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(test);
        var options = new RecommendOptions { K = k, ExcludeSeen = false };
        options.Validate(test.ItemCount);
        var coverage = test.Coverage(knownUsers, knownItems);
        var measured = new List<int>();
        for (var pair = 0; pair < test.Count; pair++)
        {
            if (knownUsers[test.UserIndices[pair]] && knownItems[test.NextItemIndices[pair]])
            {
                measured.Add(pair);
            }
        }

        if (measured.Count == 0)
        {
            throw new AlgorithmException(
                AlgorithmError.EmptyMatrix, "No test pair has a user and a next item that train knows; move the cut or use more data.");
        }

        var clock = Stopwatch.StartNew();
        var positions = new int[measured.Count];
        WorkQueue.Run(
            (measured.Count + BatchPairs - 1) / BatchPairs,
            threadCount,
            cancellationToken,
            (batch, _) =>
            {
                for (var i = batch * BatchPairs; i < Math.Min((batch + 1) * BatchPairs, measured.Count); i++)
                {
                    var next = test.NextItemIndices[measured[i]];
                    var list = model.RecommendNext(test.UserIndices[measured[i]], test.ItemIndices[measured[i]], options);
                    positions[i] = Array.FindIndex(list, scored => scored.ItemIndex == next);
                }
            });

        return new NextTrackResult
        {
            Model = model.Name,
            Pairs = test.Count,
            Coverage = coverage,
            Accuracy = positions.Average(position => position == 0 ? 1.0 : 0),
            HitRate = positions.Average(position => position >= 0 ? 1.0 : 0),
            Mrr = positions.Average(position => position >= 0 ? 1.0 / (position + 1) : 0),
            K = k,
            Seconds = clock.Elapsed.TotalSeconds,
        };
    }
}

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
