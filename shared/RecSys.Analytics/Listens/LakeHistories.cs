namespace RecSys.Analytics.Listens;

/// <summary>
/// Every distinct listen of given users to given tracks as parallel arrays, user by user and ascending in time (then by track) within
/// one. 24 bytes a listen.
/// </summary>
/// <param name="Offsets">Where the listens of each user begin, and the end: user count + 1 values.</param>
/// <param name="ItemIndex">The track of each listen.</param>
/// <param name="Times">Microseconds since 1970-01-01 UTC; 0 when unknown.</param>
/// <param name="Shares">Share of the track that was played, 0 to 1; NaN when unknown.</param>
/// <param name="Plays">Plays that a listen stands for.</param>
public sealed record LakeHistories(long[] Offsets, int[] ItemIndex, long[] Times, float[] Shares, float[] Plays);
