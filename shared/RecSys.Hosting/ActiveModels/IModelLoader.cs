using RecSys.Data.Models;

namespace RecSys.Hosting.ActiveModels;

/// <summary>Reads what one service keeps in memory of a model version.</summary>
/// <typeparam name="TModel">What it keeps; immutable, as requests share it.</typeparam>
public interface IModelLoader<TModel>
    where TModel : class
{
    /// <summary>
    /// Reads all of it and makes it ready: what would be built or compiled at the first request, a request made up here has
    /// built, so that nobody waits for it.
    /// </summary>
    /// <param name="version">The version that is active now.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="Exception">It can't be read now: what was in use stays in use, and it is tried again.</exception>
    Task<TModel> LoadAsync(ModelVersionRow version, CancellationToken cancellationToken);
}
