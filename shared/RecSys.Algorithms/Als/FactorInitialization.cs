namespace RecSys.Algorithms.Als;

/// <summary>Seeded normal factors: each row from its own stream, so that a row does not depend on how many there are.</summary>
internal static class FactorInitialization
{
    public static FactorMatrix Create(int rowCount, AlsSettings settings)
    {
        var factors = new FactorMatrix(rowCount, settings.FactorCount);
        var scale = settings.InitialScale / Math.Sqrt(settings.FactorCount);
        for (var row = 0; row < rowCount; row++)
        {
            var state = Mix((ulong)(uint)settings.Seed << 32 | (uint)row);
            var target = factors.MutableRow(row);
            for (var k = 0; k < target.Length; k += 2)
            {
                // Box–Muller: two independent normals from two uniforms in (0, 1].
                var radius = Math.Sqrt(-2 * Math.Log(Uniform(ref state))) * scale;
                var angle = 2 * Math.PI * Uniform(ref state);
                target[k] = (float)(radius * Math.Cos(angle));
                if (k + 1 < target.Length)
                {
                    target[k + 1] = (float)(radius * Math.Sin(angle));
                }
            }
        }

        return factors;
    }

    private static double Uniform(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        return ((Mix(state) >> 11) + 1) * (1.0 / (1L << 53));
    }

    /// <summary>The finaliser of SplitMix64.</summary>
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
