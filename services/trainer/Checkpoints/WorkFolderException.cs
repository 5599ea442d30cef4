namespace RecSys.Trainer.Checkpoints;

/// <summary>The folder for unfinished trainings can't be used.</summary>
internal sealed class WorkFolderException(string folder, Exception cause) : Exception(
    $"The work folder {folder} can't be used: {cause.Message} Give each trainer a folder of its own that it may write (Trainer:WorkFolder).", cause);
