namespace RecSys.Trainer.Settings;

/// <summary>The keys of the settings and how they are grouped, for whoever wrote one that is not there.</summary>
internal static class SettingKeys
{
    /// <summary>Whether the key stands for a group, such as <c>models.item-knn</c>.</summary>
    public static bool IsGroup(string key) => Under(key, StringComparison.Ordinal).Any();

    /// <summary>
    /// Which keys may have been meant: those of the same group whatever the case, those of another group that end alike, or
    /// those of the group that is spelled nearly so.
    /// </summary>
    public static string Hint(string key)
    {
        for (var group = key; group.Length > 0; group = group[..Math.Max(0, group.LastIndexOf('.'))])
        {
            if (Under(group, StringComparison.OrdinalIgnoreCase).ToArray() is { Length: > 0 } near)
            {
                return ThereAre(near);
            }
        }

        var parts = key.Split('.');
        var alike = TrainingSettings.All.Select(known => known.Key)
            .Where(known => known == key.ToLowerInvariant() || known.EndsWith("." + parts[^1], StringComparison.OrdinalIgnoreCase)).ToArray();
        if (alike.Length > 0)
        {
            return ThereAre(alike);
        }

        var misspelled = TrainingSettings.All.Select(known => known.Key.Split('.')[0]).Distinct()
            .FirstOrDefault(group => IsNearly(parts[0].ToLowerInvariant(), group));
        return misspelled is null
            ? "`recsys train --print-config` prints all that there are"
            : ThereAre(TrainingSettings.All.Select(known => known.Key).Where(known => known.Split('.')[0] == misspelled));
    }

    private static string ThereAre(IEnumerable<string> keys) => $"there are {string.Join(", ", keys)}";

    private static IEnumerable<string> Under(string group, StringComparison comparison) =>
        TrainingSettings.All.Select(known => known.Key).Where(known => known.StartsWith(group + ".", comparison));

    // One letter changed, left out or too many.
    private static bool IsNearly(string given, string known)
    {
        var start = given.Zip(known).TakeWhile(pair => pair.First == pair.Second).Count();
        var end = given.Skip(start).Reverse().Zip(known.Skip(start).Reverse()).TakeWhile(pair => pair.First == pair.Second).Count();
        return Math.Max(given.Length, known.Length) - start - end <= 1;
    }
}
