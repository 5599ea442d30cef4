namespace RecSys.Serving.Models;

/// <summary>What serving itself holds of a model version: the rest is asked for when it is needed.</summary>
/// <param name="Popular">The active version's popular tracks.</param>
/// <param name="PreviousPopular">Those of the version before, for pages that were begun then; null for the first.</param>
internal sealed record ServingModel(PopularList Popular, PopularList? PreviousPopular)
{
    public string Version => Popular.Version;

    /// <summary>The list of a version; null when it is neither of the two.</summary>
    public PopularList? PopularOf(string version) =>
        Popular.Version == version ? Popular : PreviousPopular?.Version == version ? PreviousPopular : null;
}
