namespace RecSys.Analytics.Synthetic;

/// <summary>An artist: consecutive albums of the catalogue.</summary>
/// <param name="Genre">Index of the genre, in <see cref="GenreWords.All"/>.</param>
/// <param name="SecondGenre">Index of a neighbouring genre; the same as <paramref name="Genre"/> when there is none.</param>
/// <param name="FirstAlbum">Index of the first album; the first is always there from the start.</param>
/// <param name="AlbumCount">Number of albums.</param>
/// <param name="Weight">Popularity; only ratios mean something.</param>
internal sealed record SyntheticArtist(int Genre, int SecondGenre, int FirstAlbum, int AlbumCount, double Weight);
