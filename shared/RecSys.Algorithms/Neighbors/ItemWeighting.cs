namespace RecSys.Algorithms.Neighbors;

/// <summary>What stands in the user × item cells from which similarities are computed.</summary>
public enum ItemWeighting
{
    /// <summary>The interaction weight itself, such as the number of plays.</summary>
    Counts,

    /// <summary>1 for every interaction.</summary>
    Binary,

    /// <summary>√weight · ln(items / (1 + items of the user)): users who listen to everything say less about each item.</summary>
    TfIdf,

    /// <summary>
    /// Okapi BM25 with an item as the document and its users as the terms (Robertson and Zaragoza 2009):
    /// weight · (k1 + 1) / (weight + k1 · (1 − b + b · plays / mean plays)) · ln(items / (1 + items of the user)).
    /// </summary>
    Bm25,
}
