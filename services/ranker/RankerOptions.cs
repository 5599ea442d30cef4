using System.ComponentModel.DataAnnotations;

namespace RecSys.Ranker;

/// <summary>
/// How candidates are ordered. The weights hold where the active version's settings (<c>blend.als</c>,
/// <c>blend.similar</c>, <c>blend.popular</c>, <c>blend.rank_constant</c>) say nothing else. Configuration section
/// <see cref="SectionName"/>.
/// </summary>
internal sealed class RankerOptions : IValidatableObject
{
    public const string SectionName = "Ranker";

    /// <summary>Weight of implicit ALS. 0 to 1,000, default 1.</summary>
    [Range(0.0, 1_000, ErrorMessage = "It must be from 0 to 1000.")]
    public double AlsWeight { get; init; } = 1;

    /// <summary>Weight of tracks similar to what was heard recently. 0 to 1,000, default 0.25.</summary>
    [Range(0.0, 1_000, ErrorMessage = "It must be from 0 to 1000.")]
    public double SimilarWeight { get; init; } = 0.25;

    /// <summary>Weight of popularity. 0 to 1,000, default 0.1.</summary>
    [Range(0.0, 1_000, ErrorMessage = "It must be from 0 to 1000.")]
    public double PopularWeight { get; init; } = 0.1;

    /// <summary>
    /// Ranks by which a source's vote has fallen to about half: small lets the top of each list decide, large lets
    /// agreement between sources decide. 1 to 10,000, default 20.
    /// </summary>
    [Range(1.0, 10_000, ErrorMessage = "It must be from 1 to 10000.")]
    public double RankConstant { get; init; } = 20;

    /// <summary>
    /// How often the database is asked which version is active, in case a message about it was missed. 1 s to 1 day,
    /// default 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "It must be from 00:00:01 to 1.00:00:00.")]
    public TimeSpan ModelPollInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (AlsWeight + SimilarWeight + PopularWeight == 0)
        {
            yield return new("One of AlsWeight, SimilarWeight and PopularWeight must be above 0.", [nameof(AlsWeight)]);
        }
    }
}
