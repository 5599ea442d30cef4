namespace RecSys.Analytics.Reports;

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

/// <summary>The size of a log.</summary>
/// <param name="Listens">Plays: rows of the log, or the plays that its rows stand for where it came without times.</param>
/// <param name="Rows">Distinct rows of user, track and time.</param>
/// <param name="Users">Users with a listen.</param>
/// <param name="Tracks">Tracks with a listen.</param>
/// <param name="From">The first listen; null when no listen has a time.</param>
/// <param name="To">The last listen; null when no listen has a time.</param>
/// <param name="UntimedRows">Rows whose time is unknown; pictures over time leave them out.</param>
/// <param name="Artists">Artists that the catalogue names; 0 without a catalogue.</param>
/// <param name="Genres">Genres that the catalogue names.</param>
/// <param name="RepeatedListens">Listens of a track that the same user had heard before.</param>
public sealed record ReportTotals(
    long Listens,
    long Rows,
    long Users,
    long Tracks,
    DateTimeOffset? From,
    DateTimeOffset? To,
    long UntimedRows,
    long Artists,
    long Genres,
    long RepeatedListens)
{
    /// <summary>Share of the listens that are repeats, 0 to 1.</summary>
    public double RepeatShare => Listens == 0 ? 0 : (double)RepeatedListens / Listens;
}

/// <summary>What the catalogue holds, and what of it was heard.</summary>
/// <param name="Tracks">Tracks in the catalogue.</param>
/// <param name="NeverPlayed">Those that nobody played.</param>
/// <param name="NeverPlayedExamples">Some of them, in the order of their names.</param>
/// <param name="Unnamed">Tracks that were played and are missing in the catalogue.</param>
/// <param name="TracksByGenre">The genres with the most tracks.</param>
/// <param name="TracksByArtist">The artists with the most tracks.</param>
/// <param name="TracksPerArtist">How many tracks artists have; null when no artist is named.</param>
public sealed record CatalogueFigures(
    long Tracks,
    long NeverPlayed,
    IReadOnlyList<RankedName> NeverPlayedExamples,
    long Unnamed,
    IReadOnlyList<RankedName> TracksByGenre,
    IReadOnlyList<RankedName> TracksByArtist,
    Distribution? TracksPerArtist);

/// <summary>What was heard most. Rankings are empty where the catalogue says nothing.</summary>
/// <param name="Tracks">Tracks by listens.</param>
/// <param name="Artists">Artists by the listens of their tracks.</param>
/// <param name="Genres">Genres by the listens of their tracks; a track counts for each of its genres.</param>
public sealed record RankedNames(IReadOnlyList<RankedName> Tracks, IReadOnlyList<RankedName> Artists, IReadOnlyList<RankedName> Genres);

/// <summary>One entry of a ranking: a track, an artist or a genre.</summary>
/// <param name="Id">The producer's id; the name where there is no id.</param>
/// <param name="Name">What a person calls it; the id where the catalogue has no name.</param>
/// <param name="Artist">A track's artist; empty for others and when unknown.</param>
/// <param name="Count">What it is ranked by.</param>
public sealed record RankedName(string Id, string Name, string Artist, long Count);

/// <summary>When people listened. Times are UTC.</summary>
/// <param name="Days">Days with listens, in order.</param>
/// <param name="Hours">The 168 hours of the week, from Monday 0 o'clock.</param>
/// <param name="Sessions">Sessions.</param>
public sealed record TimeFigures(IReadOnlyList<DayFigures> Days, IReadOnlyList<HourFigures> Hours, SessionFigures Sessions);

/// <summary>One UTC day of the log; days without listens are not listed.</summary>
/// <param name="Day">The day.</param>
/// <param name="Listens">Listens that began on it.</param>
/// <param name="NewTracks">Tracks that were heard for the first time.</param>
/// <param name="NewUsers">Users who listened for the first time.</param>
public sealed record DayFigures(DateOnly Day, long Listens, long NewTracks, long NewUsers);

/// <summary>The listens of one hour of the week.</summary>
/// <param name="Weekday">1 for Monday to 7 for Sunday, UTC.</param>
/// <param name="Hour">0 to 23, UTC.</param>
/// <param name="Listens">Listens that began in it.</param>
public sealed record HourFigures(int Weekday, int Hour, long Listens);

/// <summary>Sessions: listens of one user without a longer pause between two of them.</summary>
/// <param name="GapMinutes">The pause that ends a session, in minutes.</param>
/// <param name="Count">Number of sessions.</param>
/// <param name="Listens">Listens of a session.</param>
/// <param name="Minutes">Minutes from the first listen's start to the last one's; 0 for a single listen.</param>
public sealed record SessionFigures(double GapMinutes, long Count, Distribution Listens, Distribution Minutes);

/// <summary>How much of the tracks was played, over the listens that say it.</summary>
/// <param name="Count">Listens that say it.</param>
/// <param name="Mean">Mean share, 0 to 1.</param>
/// <param name="Bins">Twenty bars of 0.05; the last includes 1.</param>
public sealed record PlayedShares(long Count, double Mean, IReadOnlyList<HistogramBin> Bins);
