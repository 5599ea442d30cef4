namespace RecSys.Data.FactorFiles;

/// <summary>The factors of a model as <c>.npz</c> holds them, an archive of arrays that numpy reads and writes.</summary>
/// <param name="UserIds">The user of each row of <paramref name="UserFactors"/>.</param>
/// <param name="ItemIds">The track of each row of <paramref name="ItemFactors"/>.</param>
/// <param name="FactorCount">Length of a row.</param>
/// <param name="UserFactors">Row by row.</param>
/// <param name="ItemFactors">Row by row.</param>
/// <param name="Alpha">What a play raises confidence by; null when the file does not say.</param>
/// <param name="Settings">All settings of the training; empty when the file does not come from here.</param>
public sealed record FactorFile(
    string[] UserIds,
    string[] ItemIds,
    int FactorCount,
    float[] UserFactors,
    float[] ItemFactors,
    double? Alpha,
    IReadOnlyDictionary<string, string> Settings);
