using RecSys.Algorithms.Evaluation;

namespace RecSys.Trainer.Ranking;

/// <summary>A model's NDCG@10, and how far the final lists lead it.</summary>
/// <param name="Name">The model.</param>
/// <param name="Ndcg">Its mean over users.</param>
/// <param name="Interval">95 % interval of the mean.</param>
/// <param name="Lead">How much the final lists are better, the mean over users.</param>
/// <param name="LeadInterval">95 % interval of the lead, from the same draws of users.</param>
internal sealed record ComparedModel(string Name, double Ndcg, ConfidenceInterval Interval, double Lead, ConfidenceInterval LeadInterval);
