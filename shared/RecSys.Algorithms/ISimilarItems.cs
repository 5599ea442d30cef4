namespace RecSys.Algorithms;

/// <summary>A model that knows which items resemble each other.</summary>
public interface ISimilarItems
{
    /// <summary>
    /// The items most similar to each given item, itself removed: similarity descending, ties by lower item index. An item
    /// the model knows nothing about has an empty list.
    /// </summary>
    /// <param name="itemIndices">The items asked about.</param>
    /// <param name="k">Length of each list, at least 1.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    ScoredItem[][] SimilarItems(ReadOnlySpan<int> itemIndices, int k, CancellationToken cancellationToken = default);
}
