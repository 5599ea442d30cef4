namespace RecSys.Trainer.Checkpoints;

/// <summary>A stage whose outputs are kept.</summary>
/// <param name="Name">The stage.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record FinishedStage(string Name, double Seconds);
