using RecSys.Algorithms.Matrices;

namespace RecSys.Trainer.Stages;

/// <summary>All that is trained on: the users × tracks matrix of plays, and what its indices stand for.</summary>
/// <param name="UserIds">The user of each row.</param>
/// <param name="TrackIds">The track of each column.</param>
/// <param name="Plays">Plays of each (user, track) cell.</param>
/// <param name="LastListenedAt">The last listen of each cell, row by row, in microseconds since 1970 UTC; 0 when unknown.</param>
/// <param name="ListenCount">Distinct listens behind the cells.</param>
/// <param name="RowCount">Rows that the lake had, listens that came twice among them.</param>
/// <param name="Times">When each listen was; null unless a model of sequences is trained.</param>
internal sealed record TrainingLog(
    string[] UserIds, string[] TrackIds, SparseMatrix Plays, long[] LastListenedAt, long ListenCount, long RowCount, ListenTimes? Times);
