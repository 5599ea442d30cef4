using RecSys.Algorithms.Als;
using RecSys.Algorithms.Popularity;

namespace RecSys.Trainer.Stages;

/// <summary>The models of one fit, with how long each took.</summary>
/// <param name="Popularity">By distinct listeners.</param>
/// <param name="PopularityTime">Time to fit it.</param>
/// <param name="Als">Implicit ALS.</param>
/// <param name="AlsTime">Time to fit it.</param>
internal sealed record FittedModels(PopularityModel Popularity, TimeSpan PopularityTime, AlsModel Als, TimeSpan AlsTime);
