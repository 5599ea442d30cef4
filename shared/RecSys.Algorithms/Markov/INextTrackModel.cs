namespace RecSys.Algorithms.Markov;

/// <summary>A model that ranks what a user may want right after an item.</summary>
public interface INextTrackModel
{
    /// <summary>The model's name.</summary>
    string Name { get; }

    /// <summary>The best next items: score descending, ties by lower item index; the current item may be among them.</summary>
    /// <param name="userIndex">The user.</param>
    /// <param name="itemIndex">The item that plays now.</param>
    /// <param name="options">K and filters.</param>
    ScoredItem[] RecommendNext(int userIndex, int itemIndex, RecommendOptions options);
}
