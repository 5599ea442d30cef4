namespace RecSys.Trainer.Settings;

/// <summary>What the ranker's trees are to get right.</summary>
internal enum RankerObjective
{
    /// <summary>The order within a user's candidates: LambdaMART, LightGBM's lambdarank.</summary>
    Ndcg,

    /// <summary>Whether each candidate is heard: log loss, LightGBM's binary.</summary>
    Logistic,
}
