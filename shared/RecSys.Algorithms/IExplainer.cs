namespace RecSys.Algorithms;

/// <summary>A model that can split a score into contributions of the user's past items.</summary>
public interface IExplainer
{
    /// <summary>Explains one item's score for one user of the fitted matrix.</summary>
    /// <param name="userIndex">The user.</param>
    /// <param name="itemIndex">The item to explain.</param>
    /// <param name="k">How many contributions to return, at least 1; the score always sums all of them.</param>
    Explanation Explain(int userIndex, int itemIndex, int k);
}
