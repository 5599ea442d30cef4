using RecSys.Algorithms;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.Markov;
using RecSys.Algorithms.Neighbors;
using RecSys.Algorithms.Popularity;

namespace RecSys.Trainer.Stages;

/// <summary>The models of one fit. Popularity is always there, as every version has its list; the others where they are enabled.</summary>
internal sealed record FittedModels
{
    /// <summary>By distinct listeners.</summary>
    public required PopularityModel Popularity { get; init; }

    /// <summary>Implicit ALS.</summary>
    public AlsModel? Als { get; init; }

    /// <summary>Item-item neighbours.</summary>
    public ItemNeighborModel? ItemNeighbors { get; init; }

    /// <summary>User-user neighbours.</summary>
    public UserNeighborModel? UserNeighbors { get; init; }

    /// <summary>Which track follows which.</summary>
    public MarkovModel? Markov { get; init; }

    /// <summary>Seconds that fitting took, by the name of the model.</summary>
    public required IReadOnlyDictionary<string, double> FitSeconds { get; init; }

    /// <summary>Whose scores order the personal lists; null when only popularity is there.</summary>
    public IRecommender? Personal => Als ?? (IRecommender?)ItemNeighbors ?? UserNeighbors;

    /// <summary>What finds similar tracks.</summary>
    public ISimilarItems? Similar => Als ?? (ISimilarItems?)ItemNeighbors;
}
