using RecSys.Contracts.Events.V1;
using RecSys.Data.Histories;
using RecSys.Data.Segments;
using RecSys.Ingest.Acceptance;
using RecSys.Lake;

namespace RecSys.Ingest.Consumers;

/// <summary>Stores the exposures on the bus in the lake, a row for each position.</summary>
internal sealed class ExposureWriter(
    ExposureAcceptance acceptance, ListenStore store, ListenLake lake, TimeProvider clock, ILogger<ExposureWriter> logger)
    : EventWriter<Exposure, ExposureBatch>(acceptance, store, lake, clock, logger)
{
    /// <summary>The most messages at once: each may hold thousands of positions.</summary>
    public const int BatchLimit = 16;

    /// <inheritdoc/>
    protected override Task<SegmentRow> WriteAsync(IReadOnlyList<ArrivedEvent<Exposure>> events, CancellationToken cancellationToken) =>
        Lake.WriteAsync([.. events.SelectMany(arrived => ToLakeExposures(arrived.Event))], cancellationToken);

    private static IEnumerable<LakeExposure> ToLakeExposures(Exposure exposure)
    {
        var shownAt = exposure.ExposureTime.ToDateTimeOffset();
        return exposure.Tracks.Select(track => new LakeExposure(exposure.ExposureId, exposure.UserId, shownAt, track.TrackId, track.Rank)
        {
            ModelVersion = exposure.ModelVersion,
            Experiment = exposure.Experiment,
            Arm = exposure.Arm,
            Policy = exposure.Policy,
            IsDegraded = exposure.Degraded,
            Sources = track.Sources,
            Score = track.Score,
            Propensity = track.HasPropensity ? track.Propensity : null,
        });
    }
}
