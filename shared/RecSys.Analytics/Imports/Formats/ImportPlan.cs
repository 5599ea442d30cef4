namespace RecSys.Analytics.Imports.Formats;

/// <summary>How the engine reads an input.</summary>
/// <param name="Files">All files, for checks of their completeness and for messages.</param>
/// <param name="ListensSql">A SELECT that <see cref="ListenSelect"/> made, or several joined by UNION ALL.</param>
/// <param name="Timed">Whether the log has times.</param>
internal sealed record ImportPlan(IReadOnlyList<InputFile> Files, string ListensSql, bool Timed)
{
    /// <summary>The text files behind the listens, whose rejected rows are counted; none for Parquet.</summary>
    public IReadOnlyList<DelimitedText> ListenTexts { get; init; } = [];

    /// <summary>Whether rows are single plays, of which a day can hold only so many.</summary>
    public bool HasSinglePlays { get; init; }

    /// <summary>Whether rows name their track and artist, so that a catalogue is made of the most frequent names.</summary>
    public bool HasNames { get; init; }

    /// <summary>The catalogue beside the log; null when there is none.</summary>
    public CataloguePlan? Catalogue { get; init; }

    /// <summary>Tables that are kept as they are beside the listens: a file's name and the SELECT of its rows.</summary>
    public IReadOnlyList<(string FileName, string Sql)> SideTables { get; init; } = [];
}
