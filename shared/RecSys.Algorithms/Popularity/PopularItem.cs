namespace RecSys.Algorithms.Popularity;

/// <summary>A popular item with its figures.</summary>
/// <param name="Rank">Place in the list, from 1.</param>
/// <param name="ItemIndex">The item.</param>
/// <param name="Score">The value of the model's measure.</param>
/// <param name="Users">Distinct users.</param>
/// <param name="Plays">Sum of interaction weights.</param>
/// <param name="Rating">Distinct users scaled to 0…1; see <see cref="PopularityMeasure.Rating"/>.</param>
public readonly record struct PopularItem(int Rank, int ItemIndex, float Score, int Users, double Plays, float Rating);
