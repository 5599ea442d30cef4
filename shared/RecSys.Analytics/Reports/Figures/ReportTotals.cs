namespace RecSys.Analytics.Reports.Figures;

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
