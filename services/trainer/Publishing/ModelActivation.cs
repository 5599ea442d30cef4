using RecSys.Data.Models;

namespace RecSys.Trainer.Publishing;

/// <summary>Switches the active version and tells the services that hold it in memory.</summary>
internal sealed class ModelActivation(ModelStore models, ModelAnnouncer announcer)
{
    /// <summary>Makes a version the active one.</summary>
    /// <exception cref="ModelStoreException">There is no such version, it is not ready, or it was refused and is not forced.</exception>
    public async Task<ActiveModelRow> ActivateAsync(string modelVersion, bool force, CancellationToken cancellationToken)
    {
        var active = await models.ActivateAsync(modelVersion, force, cancellationToken);
        await announcer.AnnounceAsync(active);
        return active;
    }

    /// <summary>Makes the version that was active before the active one active again.</summary>
    /// <exception cref="ModelStoreException">No version was active before.</exception>
    public async Task<ActiveModelRow> RollbackAsync(CancellationToken cancellationToken)
    {
        var active = await models.RollbackAsync(cancellationToken);
        await announcer.AnnounceAsync(active);
        return active;
    }
}
