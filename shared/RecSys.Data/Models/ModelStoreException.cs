namespace RecSys.Data.Models;

/// <summary>A model version could not be used as asked; nothing was changed. The message says what would work.</summary>
public sealed class ModelStoreException : InvalidOperationException
{
    internal ModelStoreException(ModelStoreError error, string message)
        : base(message) => Error = error;

    /// <summary>The kind of error.</summary>
    public ModelStoreError Error { get; }
}

/// <summary>Why a model version could not be used as asked.</summary>
public enum ModelStoreError
{
    /// <summary>There is no such version.</summary>
    NotFound,

    /// <summary>A version of this name exists.</summary>
    AlreadyExists,

    /// <summary>Only a version that is ready can be activated.</summary>
    NotReady,

    /// <summary>The version was refused for its quality; activating it has to be forced.</summary>
    Refused,

    /// <summary>Only a version in training can be written to, finished or failed.</summary>
    NotTraining,

    /// <summary>No version was active before the active one.</summary>
    NoPrevious,

    /// <summary>The version is active, is what a rollback would go back to, or is being trained.</summary>
    InUse,
}
