using System.Text;

namespace RecSys.Lake.Segments;

/// <summary>What every listen in the lake keeps to. Checked before a call joins others, so that it can only fail by itself.</summary>
internal static class LakeListenCheck
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What is wrong with a listen; null when nothing is.</summary>
    public static string? Problem(LakeListen listen) =>
        ProblemOfId("user", listen.UserId)
        ?? ProblemOfId("track", listen.TrackId)
        ?? (listen.PlayCount < 1 ? "has a play count below 1" : null)
        ?? (listen.PlayedShare is { } share && !(share >= 0 && share <= 1) ? "has a played share outside 0 to 1" : null);

    private static string? ProblemOfId(string name, string id) =>
        string.IsNullOrEmpty(id) ? $"has no {name} id" : IsValidText(id) ? null : $"has a {name} id with half a surrogate pair";

    private static bool IsValidText(string id)
    {
        if (id.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            return true;
        }

        try
        {
            _ = StrictUtf8.GetByteCount(id);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
