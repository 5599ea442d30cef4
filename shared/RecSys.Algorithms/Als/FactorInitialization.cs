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
            var random = new SplitMix(settings.Seed, row);
            var target = factors.MutableRow(row);
            for (var k = 0; k < target.Length; k += 2)
            {
                // Box–Muller: two independent normals from two uniforms in (0, 1].
                var radius = Math.Sqrt(-2 * Math.Log(random.NextPositive())) * scale;
                var angle = 2 * Math.PI * random.NextPositive();
                target[k] = (float)(radius * Math.Cos(angle));
                if (k + 1 < target.Length)
                {
                    target[k + 1] = (float)(radius * Math.Sin(angle));
                }
            }
        }

        return factors;
    }
}
