namespace RecSys.Serving.Histories;

/// <summary>What is known of a user's history at one moment.</summary>
/// <param name="Listens">Newest first.</param>
/// <param name="Missing">Why only listens that came over the bus are known; null when the database has been read.</param>
internal sealed record HistoryView(IReadOnlyList<HistoryListen> Listens, string? Missing);
