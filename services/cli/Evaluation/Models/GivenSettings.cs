using RecSys.Cli.Output;

namespace RecSys.Cli.Evaluation.Models;

/// <summary>What <c>--set KEY=VALUE</c> gave: by key, in the order given.</summary>
internal static class GivenSettings
{
    /// <summary>Splits and checks the keys against those of the models asked for.</summary>
    /// <exception cref="UsageException">No KEY=VALUE, a key twice, or an unknown one; the message lists the known ones.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Parse(IEnumerable<string> set, IReadOnlyList<ModelFamily> families)
    {
        var known = families.SelectMany(family => family.Parts.Prepend(family)).DistinctBy(family => family.Name).ToArray();
        var given = new List<KeyValuePair<string, string>>();
        foreach (var text in set)
        {
            var at = text.IndexOf('=');
            if (at < 1 || at == text.Length - 1)
            {
                throw new UsageException($"--set {text}: KEY=VALUE is expected, such as als.factors=128.");
            }

            var key = text[..at].Trim();
            if (given.Any(pair => pair.Key == key))
            {
                throw new UsageException($"--set {key}: is given twice. Give it once.");
            }

            Check(key, known);
            given.Add(KeyValuePair.Create(key, text[(at + 1)..].Trim()));
        }

        return given;
    }

    private static void Check(string key, ModelFamily[] known)
    {
        var dot = key.IndexOf('.');
        var family = dot < 1 ? null : known.FirstOrDefault(family => family.Name == key[..dot]);
        if (family is null)
        {
            var unused = dot > 0 && ModelFamilies.All.Any(other => other.Name == key[..dot]);
            throw new UsageException(unused
                ? $"--set {key}: the model {key[..dot]} isn't asked for. Add it with --model, or leave the setting out."
                : $"--set {key}: there is no such setting. Known are {string.Join(", ", known.Where(f => f.Keys.Count > 0).Select(f => $"{f.Name}.{{{string.Join(", ", f.Keys)}}}"))}.");
        }

        if (!family.Keys.Contains(key[(dot + 1)..]))
        {
            throw new UsageException($"--set {key}: there is no such setting. Known are {string.Join(", ", family.Keys.Select(name => $"{family.Name}.{name}"))}.");
        }
    }
}
