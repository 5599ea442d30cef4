namespace RecSys.Algorithms.Ranking.Trees;

/// <summary>What an ensemble was trained for, as far as the meaning of its margins goes.</summary>
public enum TreeObjective
{
    /// <summary>The margin itself is the answer: rankings and regressions. Only its order or its own unit counts.</summary>
    Identity,

    /// <summary>The margin is a log-odds; the logistic function makes it a probability.</summary>
    Logistic,
}
