namespace RecSys.Trainer.Stages;

/// <summary>NDCG@20 of single users, on what was withheld from the models of a training.</summary>
/// <param name="UserIds">The users.</param>
/// <param name="Personal">Of each user's personal list.</param>
/// <param name="Popular">Of the list of popular tracks.</param>
internal sealed record UserQuality(string[] UserIds, float[] Personal, float[] Popular);
