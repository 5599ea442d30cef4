namespace RecSys.Trainer.Stages;

/// <summary>The lake holds nothing to train on.</summary>
internal sealed class EmptyLogException() : Exception("The lake holds no listens.");
