using RecSys.Algorithms.Splits;

namespace RecSys.Trainer.Stages;

/// <summary>What measuring needs.</summary>
/// <param name="Split">What the models were fitted to, and what was withheld.</param>
/// <param name="Models">Fitted to the train part.</param>
/// <param name="MaxUsers">Most users to measure.</param>
/// <param name="Seed">Of the sample of users, when there are more.</param>
/// <param name="ThreadCount">Threads; 0 takes every core.</param>
internal sealed record EvaluateInput(DataSplit Split, FittedModels Models, int MaxUsers, int Seed, int ThreadCount);
