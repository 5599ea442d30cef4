namespace RecSys.Lake.Imports;

/// <summary>What an import found and kept.</summary>
/// <param name="Name">The import's name in the lake.</param>
/// <param name="Format">The format it was read as.</param>
/// <param name="Rows">Rows of listens in the input, header lines not counted.</param>
/// <param name="Kept">Rows that are in the lake now.</param>
/// <param name="Users">Distinct users among them.</param>
/// <param name="Tracks">Distinct tracks among them.</param>
/// <param name="Plays">Their weights, added up.</param>
/// <param name="NamedTracks">Tracks of the input's catalogue; 0 when it has none.</param>
/// <param name="Timed">Whether the input has times; without, every listen is at <see cref="LakeListen.UnknownTime"/>.</param>
/// <param name="Rules">Every rule with the rows it dropped; they and <paramref name="Kept"/> add up to <paramref name="Rows"/>.</param>
public sealed record ImportReport(
    string Name,
    string Format,
    long Rows,
    long Kept,
    long Users,
    long Tracks,
    double Plays,
    long NamedTracks,
    bool Timed,
    IReadOnlyList<ImportRule> Rules);
