namespace RecSys.Algorithms.Popularity;

/// <summary>What makes an item popular.</summary>
public enum PopularityMeasure
{
    /// <summary>The sum of its interaction weights: total plays.</summary>
    Plays,

    /// <summary>The number of distinct users with an interaction.</summary>
    Users,

    /// <summary>
    /// Distinct users scaled to 0…1: (users − fewest) / (most − fewest) over the items that anyone listened to; 1 for all when
    /// fewest and most are the same.
    /// </summary>
    Rating,

    /// <summary>The sum of weights, each halved for every half-life that has passed since its time; needs a log with times.</summary>
    RecentPlays,
}
