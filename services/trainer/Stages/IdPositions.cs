namespace RecSys.Trainer.Stages;

/// <summary>Where ids stand in a list.</summary>
internal static class IdPositions
{
    /// <summary>The index of each id.</summary>
    /// <param name="ids">Different ones.</param>
    public static Dictionary<string, int> Of(string[] ids)
    {
        var positions = new Dictionary<string, int>(ids.Length, StringComparer.Ordinal);
        for (var i = 0; i < ids.Length; i++)
        {
            positions.Add(ids[i], i);
        }

        return positions;
    }
}
