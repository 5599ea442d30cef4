namespace RecSys.Data.Models;

/// <summary>How far a model version is.</summary>
public enum ModelStatus
{
    /// <summary>Being written; seen by nobody.</summary>
    Training = 1,

    /// <summary>Whole and ready to be activated.</summary>
    Ready = 2,

    /// <summary>The training ended with an error; its rows are gone.</summary>
    Failed = 3,

    /// <summary>Whole, but measured to be worse than the version that was active; activated only when forced.</summary>
    Refused = 4,
}
