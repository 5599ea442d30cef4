using RecSys.Contracts;

namespace RecSys.Lake.Segments;

/// <summary>What every listen in the lake keeps to. Checked before a call joins others, so that it can only fail by itself.</summary>
internal static class LakeListenCheck
{
    /// <summary>What is wrong with a listen; null when nothing is.</summary>
    public static string? Problem(LakeListen listen) =>
        ProblemOfId("user", listen.UserId)
        ?? ProblemOfId("track", listen.TrackId)
        ?? (listen.PlayCount < 1 ? "has a play count below 1" : null)
        ?? (listen.PlayedShare is { } share && !(share >= 0 && share <= 1) ? "has a played share outside 0 to 1" : null);

    private static string? ProblemOfId(string name, string id) =>
        IdText.ProblemOfId(id) is { } problem ? $"has a bad {name} id, which {problem}" : null;
}
