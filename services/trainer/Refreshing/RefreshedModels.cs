using RecSys.Trainer.Settings;
using RecSys.Trainer.Stages;

namespace RecSys.Trainer.Refreshing;

/// <summary>What a refresh has made, before it is stored.</summary>
/// <param name="Settings">Of the version that it comes from.</param>
/// <param name="Log">All plays.</param>
/// <param name="Changes">How they differ from that version's.</param>
/// <param name="Models">The factors, and what was counted again.</param>
internal sealed record RefreshedModels(TrainingSettings Settings, TrainingLog Log, LogChanges Changes, FittedModels Models);
