using System.ComponentModel.DataAnnotations;

namespace RecSys.Candidate;

/// <summary>How candidates are retrieved. Configuration section <see cref="SectionName"/>.</summary>
internal sealed class CandidateOptions
{
    public const string SectionName = "Candidate";

    /// <summary>Distinct tracks heard last whose similar tracks are retrieved. 1 to 100, default 10.</summary>
    [Range(1, 100, ErrorMessage = "It must be from 1 to 100.")]
    public int SimilarSeeds { get; init; } = 10;

    /// <summary>Places among these by which a track's weight has halved. 0.1 to 1,000, default 5.</summary>
    [Range(0.1, 1_000, ErrorMessage = "It must be from 0.1 to 1000.")]
    public double SimilarHalfLife { get; init; } = 5;

    /// <summary>
    /// Listeners at which a track's similarity to these counts half: what few have heard resembles too much by chance. 0
    /// to 1,000,000, default 10; 0 turns it off. The answers of GetSimilarTracks are not touched by it.
    /// </summary>
    [Range(0.0, 1_000_000, ErrorMessage = "It must be from 0 to 1000000.")]
    public double SimilarShrinkage { get; init; } = 10;

    /// <summary>
    /// Tracks whose nearest tracks are kept in memory once they have been looked for; 800 bytes each. 1,000 to 10,000,000, default 50,000.
    /// </summary>
    [Range(1_000, 10_000_000, ErrorMessage = "It must be from 1000 to 10000000.")]
    public int NeighborCacheTracks { get; init; } = 50_000;

    /// <summary>
    /// How often the database is asked which version is active, in case a message about it was missed. 1 s to 1 day,
    /// default 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "It must be from 00:00:01 to 1.00:00:00.")]
    public TimeSpan ModelPollInterval { get; init; } = TimeSpan.FromSeconds(30);
}
