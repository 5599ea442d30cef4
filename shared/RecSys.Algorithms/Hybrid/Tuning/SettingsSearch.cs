namespace RecSys.Algorithms.Hybrid.Tuning;

/// <summary>
/// Hill climbing over a grid of settings, one axis after the other: from the best point so far the next value in each direction
/// is tried, and a direction that improves is followed. Ends when no neighbour is better, or when time is up. No point is
/// measured twice.
/// </summary>
internal sealed class SettingsSearch<TSettings>(
    TSettings start, IReadOnlyList<SettingsAxis<TSettings>> axes, Func<TSettings, double> measure, Func<bool> hasTime)
{
    private readonly Dictionary<string, double> _measured = [];

    /// <summary>Searches; the starting point is measured in any case.</summary>
    public (TSettings Settings, double Value) Run()
    {
        var point = axes.Select(axis => axis.Start).ToArray();
        var best = Measure(point);
        var improved = true;
        while (improved && hasTime())
        {
            improved = false;
            for (var axis = 0; axis < axes.Count; axis++)
            {
                if (Climb(point, axis, 1, ref best) || Climb(point, axis, -1, ref best))
                {
                    improved = true;
                }
            }
        }

        return (At(point), best);
    }

    private bool Climb(int[] point, int axis, int direction, ref double best)
    {
        var climbed = false;
        while (hasTime())
        {
            point[axis] += direction;
            if (point[axis] >= 0 && point[axis] < axes[axis].Count)
            {
                var value = Measure(point);
                if (value > best)
                {
                    best = value;
                    climbed = true;
                    continue;
                }
            }

            point[axis] -= direction;
            break;
        }

        return climbed;
    }

    private double Measure(int[] point)
    {
        var key = string.Join(',', point);
        if (!_measured.TryGetValue(key, out var value))
        {
            _measured[key] = value = measure(At(point));
        }

        return value;
    }

    private TSettings At(int[] point)
    {
        var settings = start;
        for (var axis = 0; axis < point.Length; axis++)
        {
            settings = axes[axis].Apply(settings, point[axis]);
        }

        return settings;
    }
}
