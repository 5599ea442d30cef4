using RecSys.Lake;

namespace RecSys.Trainer.Checkpoints;

/// <summary>What a training's folder says of itself.</summary>
/// <param name="Format">Of the files; see <see cref="CurrentFormat"/>.</param>
/// <param name="BegunAt">When the training read the lake.</param>
/// <param name="LakeFiles">The files of the lake that it read.</param>
/// <param name="Stages">What is finished, in order.</param>
internal sealed record CheckpointManifest(
    int Format, DateTimeOffset BegunAt, IReadOnlyList<LakeFile> LakeFiles, IReadOnlyList<FinishedStage> Stages)
{
    /// <summary>Raised whenever an output is written differently: what an older trainer left is then not taken up.</summary>
    public const int CurrentFormat = 3;
}
