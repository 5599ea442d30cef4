namespace RecSys.Cli.Exports;

/// <summary>Names of the tables that <c>recsys models export --format parquet</c> writes.</summary>
internal static class ExportTables
{
    public const string Items = "items";
    public const string Events = "events";
    public const string TopPopular = "top_popular";
    public const string PersonalAls = "personal_als";
    public const string Similar = "similar";
    public const string Recommendations = "recommendations";

    /// <summary>All, in the order in which they are written.</summary>
    public static IReadOnlyList<string> All { get; } = [Items, Events, TopPopular, PersonalAls, Similar, Recommendations];

    /// <summary>Those that are made of the log and its catalogue, without a model.</summary>
    public static bool IsOfLog(string table) => table is Items or Events;
}
