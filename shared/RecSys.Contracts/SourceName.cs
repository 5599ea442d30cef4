using RecSys.Contracts.Common.V1;

namespace RecSys.Contracts;

/// <summary>Sources by the names that they have in stored lists, exposures, JSON and tables, such as <c>item-neighbors</c>.</summary>
public static class SourceName
{
    /// <summary>The name of a source.</summary>
    public static string Of(CandidateSource source) => source switch
    {
        CandidateSource.ItemNeighbors => "item-neighbors",
        CandidateSource.UserNeighbors => "user-neighbors",
        _ => source.ToString().ToLowerInvariant(),
    };
}
