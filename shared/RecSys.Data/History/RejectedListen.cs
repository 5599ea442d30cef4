namespace RecSys.Data.History;

/// <summary>Something that came as a listen and could not be taken, kept with its bytes so that it can be looked at and sent again.</summary>
/// <param name="Reason">What is wrong with it and what would be right.</param>
/// <param name="Body">The bytes as they came.</param>
/// <param name="ReceivedAt">When it came; kept to the microsecond, in UTC.</param>
/// <param name="Producer">Who sent it, in the sender's own words; empty when unknown.</param>
public sealed record RejectedListen(string Reason, byte[] Body, DateTimeOffset ReceivedAt, string Producer);
