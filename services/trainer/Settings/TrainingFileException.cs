namespace RecSys.Trainer.Settings;

/// <summary>A file of settings can't be used. The message says where and what would be right.</summary>
public sealed class TrainingFileException : Exception
{
    internal TrainingFileException(string message)
        : base(message)
    {
    }
}
