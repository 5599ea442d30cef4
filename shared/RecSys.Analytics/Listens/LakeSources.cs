namespace RecSys.Analytics.Listens;

/// <summary>The parts of the lake that a query reads.</summary>
[Flags]
public enum LakeSources
{
    /// <summary>The segments that ingest wrote: <c>listens/</c>.</summary>
    Listens = 1,

    /// <summary>The logs that were imported: <c>imports/</c>.</summary>
    Imports = 2,

    /// <summary>Both.</summary>
    All = Listens | Imports,
}
