using RecSys.Contracts.Common.V1;

namespace RecSys.Cli.Output;

/// <summary>Tracks and sources in words.</summary>
internal static class TrackText
{
    /// <summary>The title; the id where the catalogue has none.</summary>
    public static string Title(Track track) => track.Title.Length > 0 ? track.Title : track.TrackId;

    /// <summary>Title and artist.</summary>
    public static string Full(Track track) => track.Artist.Length > 0 ? $"{Title(track)} by {track.Artist}" : Title(track);

    /// <summary>A source's name in JSON and tables, such as <c>als</c>.</summary>
    public static string SourceName(CandidateSource source) => source switch
    {
        CandidateSource.ItemNeighbors => "item-neighbors",
        CandidateSource.UserNeighbors => "user-neighbors",
        _ => source.ToString().ToLowerInvariant(),
    };
}
