namespace RecSys.Algorithms.Splits;

/// <summary>How listens become sessions and next-track pairs.</summary>
public sealed record SessionOptions
{
    /// <summary>A listen that begins longer than this after the user's previous one begins a new session; more than zero.</summary>
    public TimeSpan Gap { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Whether a track played twice in a row makes a pair with itself.</summary>
    public bool KeepRepeats { get; init; } = true;
}
