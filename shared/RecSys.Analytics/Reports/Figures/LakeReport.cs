namespace RecSys.Analytics.Reports.Figures;

/// <summary>Everything that a report says about a lake or some imports of it.</summary>
/// <param name="Sources">What was read: <c>listens</c> for what ingest wrote, and the names of imports.</param>
/// <param name="Totals">Sizes.</param>
/// <param name="ListensPerUser">How active users are.</param>
/// <param name="ListensPerTrack">How often tracks are heard.</param>
/// <param name="Top">What was heard most.</param>
/// <param name="Tracks">How unevenly listens are divided among tracks.</param>
/// <param name="Users">How unevenly they are divided among users.</param>
/// <param name="Catalogue">The catalogue; null when there is none.</param>
/// <param name="Time">When people listened; null when no listen has a time.</param>
/// <param name="PlayedShares">How much was played; null when no listen says it.</param>
/// <param name="Services">Service logs, one for each import of such a log.</param>
public sealed record LakeReport(
    IReadOnlyList<string> Sources,
    ReportTotals Totals,
    Distribution ListensPerUser,
    Distribution ListensPerTrack,
    RankedNames Top,
    Concentration Tracks,
    Concentration Users,
    CatalogueFigures? Catalogue,
    TimeFigures? Time,
    PlayedShares? PlayedShares,
    IReadOnlyList<ServiceFigures> Services);
