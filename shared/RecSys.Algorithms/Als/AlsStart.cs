namespace RecSys.Algorithms.Als;

/// <summary>Factors to start from: another initialisation, a checkpoint, or yesterday's model for a warm start.</summary>
/// <param name="ItemFactors">Item factors; the first half step solves the users from them.</param>
/// <param name="UserFactors">User factors, of use to conjugate gradients; null starts the users at zero.</param>
/// <remarks>Both must come from one model: factors of different trainings are in different bases.</remarks>
public sealed record AlsStart(FactorMatrix ItemFactors, FactorMatrix? UserFactors = null);
