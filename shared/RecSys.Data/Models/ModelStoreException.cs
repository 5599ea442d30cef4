namespace RecSys.Data.Models;

/// <summary>A model version could not be used as asked; nothing was changed. The message says what would work.</summary>
public sealed class ModelStoreException : InvalidOperationException
{
    internal ModelStoreException(ModelStoreError error, string message)
        : base(message) => Error = error;

    /// <summary>The kind of error.</summary>
    public ModelStoreError Error { get; }
}
