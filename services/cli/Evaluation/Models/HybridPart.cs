namespace RecSys.Cli.Evaluation.Models;

/// <summary>A model that a hybrid may have as a part.</summary>
/// <param name="Family">The model, with the defaults that it has in a hybrid.</param>
/// <param name="DefaultWeight">Its weight where none is given; 0 leaves it out.</param>
internal sealed record HybridPart(ModelFamily Family, double DefaultWeight);
