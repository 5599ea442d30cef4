namespace RecSys.Analytics.Imports.Formats;

/// <summary>What Last.fm's data sets say of their users.</summary>
internal static class UserProfiles
{
    public static readonly string[] Columns = ["user_id", "gender", "age", "country", "signup"];

    /// <summary>A SELECT of user_id, gender and country (empty when unknown), age in years and the date of signing up (NULL when unknown).</summary>
    /// <param name="text">The file, its columns named as <see cref="Columns"/>.</param>
    public static string Sql(DelimitedText text) =>
        $"""
        SELECT user_id, trim(coalesce(gender, '')) AS gender, TRY_CAST(TRY_CAST(age AS DOUBLE) AS INTEGER) AS age, {ValueSql.Name("country")} AS country,
            try_strptime(signup, '%b %d, %Y')::DATE AS signup
        FROM {text.Sql()}
        WHERE trim(coalesce(user_id, '')) <> '' AND lower(trim(coalesce(gender, ''))) <> 'gender'
        """;
}
