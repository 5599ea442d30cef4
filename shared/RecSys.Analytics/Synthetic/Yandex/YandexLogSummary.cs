namespace RecSys.Analytics.Synthetic.Yandex;

/// <summary>What a generated log consists of.</summary>
/// <param name="Users">Users, each with at least one interaction.</param>
/// <param name="Tracks">Rows of <c>tracks.parquet</c>.</param>
/// <param name="Artists">Artists of the catalogue.</param>
/// <param name="Albums">Albums of the catalogue, singles among them.</param>
/// <param name="Genres">Genres of the catalogue.</param>
/// <param name="Interactions">Rows of <c>interactions.parquet</c>.</param>
/// <param name="Bytes">Size of the three files.</param>
public sealed record YandexLogSummary(long Users, long Tracks, long Artists, long Albums, long Genres, long Interactions, long Bytes);
