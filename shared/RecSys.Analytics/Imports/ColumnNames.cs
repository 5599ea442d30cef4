namespace RecSys.Analytics.Imports;

/// <summary>The names that producers of logs give to the same columns, as <see cref="Plain"/> makes them.</summary>
internal static class ColumnNames
{
    public static readonly string[] User = ["userid", "user", "uid", "listener", "listenerid", "customer", "customerid", "usersha1"];
    public static readonly string[] Track = ["trackid", "itemid", "item", "track", "traid", "songid", "song", "iid"];
    public static readonly string[] Time = ["timestamp", "time", "listenedat", "startedat", "playedat", "datetime", "date", "ts"];
    public static readonly string[] ArtistId = ["artistid", "artid", "artistmbid", "artmbid"];
    public static readonly string[] Artist = ["artistname", "artname", "artist"];
    public static readonly string[] TrackName = ["trackname", "traname", "title", "songname", "name", "itemname"];

    /// <summary>A name without what differs: case, spaces, '_' and '-'.</summary>
    public static string Plain(string name) => string.Concat(name.Where(c => c is not (' ' or '_' or '-'))).ToLowerInvariant();
}
