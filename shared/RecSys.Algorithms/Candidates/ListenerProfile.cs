namespace RecSys.Algorithms.Candidates;

/// <summary>What is known of a user's listening when candidates are asked for.</summary>
public sealed class ListenerProfile
{
    /// <summary>The user's row in the models; negative when they don't know the user.</summary>
    public required int UserIndex { get; init; }

    /// <summary>Whether the models know the user.</summary>
    public bool IsKnownUser => UserIndex >= 0;

    /// <summary>All items heard, each once, in any order.</summary>
    public required int[] Items { get; init; }

    /// <summary>Plays of each of <see cref="Items"/>.</summary>
    public required float[] Plays { get; init; }

    /// <summary>Distinct items heard recently, the latest first.</summary>
    public required int[] RecentItems { get; init; }

    /// <summary>The latest of <see cref="RecentItems"/>.</summary>
    internal ReadOnlySpan<int> Latest(int count) => RecentItems.AsSpan(0, Math.Min(count, RecentItems.Length));

    /// <summary>Whether <see cref="Items"/> and <see cref="Plays"/> hold what the models were not fitted to.</summary>
    public bool HasNews { get; init; }
}
