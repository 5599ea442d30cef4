using RecSys.Analytics.Engine;
using RecSys.Contracts;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>SQL expressions that read values from text.</summary>
internal static class ValueSql
{
    /// <summary>A number; NULL when it is none.</summary>
    public static string Number(string column) => $"TRY_CAST({column} AS DOUBLE)";

    /// <summary>
    /// Microseconds since 1970 from ISO 8601 (UTC when it has no offset) or from a number, whose size tells its unit:
    /// seconds below 10^11 (year 5138), milliseconds below 10^14, microseconds below 10^17, else nanoseconds.
    /// Empty is 0 (unknown), NULL what can't be read.
    /// </summary>
    public static string Time(string column) =>
        $"""
        CASE
            WHEN {column} IS NULL OR trim({column}) = '' THEN 0
            WHEN TRY_CAST({column} AS DOUBLE) IS NULL THEN epoch_us(TRY_CAST({column} AS TIMESTAMPTZ))
            WHEN abs({column}::DOUBLE) < 1e11 THEN TRY_CAST(round({column}::DOUBLE * 1e6) AS BIGINT)
            WHEN abs({column}::DOUBLE) < 1e14 THEN TRY_CAST(round({column}::DOUBLE * 1e3) AS BIGINT)
            WHEN abs({column}::DOUBLE) < 1e17 THEN TRY_CAST(round({column}::DOUBLE) AS BIGINT)
            ELSE TRY_CAST(round({column}::DOUBLE / 1e3) AS BIGINT)
        END
        """;

    /// <summary>The same for a log in which every listen has a time: NULL also for what is missing.</summary>
    public static string RequiredTime(string column) => $"CASE WHEN trim({column}) <> '' THEN {Time(column)} END";

    /// <summary>Whether something is not an id as <see cref="IdText.ProblemOfId"/> judges: it could not be asked for.</summary>
    public static string IsInvalidId(string column) => $"(length({column}) > {IdText.MaxLength} OR regexp_matches({column}, {SqlText.Literal(IdText.RefusedPattern)}))";

    /// <summary>A name on one line: control characters become spaces; empty for NULL.</summary>
    public static string Name(string column) => $"trim(regexp_replace(coalesce({column}, ''), '\\p{{Cc}}+', ' ', 'g'))";
}
