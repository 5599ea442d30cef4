using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace RecSys.Data;

/// <summary>Where the relational data lives. Bound from the configuration section <see cref="SectionName"/>.</summary>
public sealed record DatabaseOptions : IValidatableObject
{
    /// <summary>The configuration section: <c>Database</c>.</summary>
    public const string SectionName = "Database";

    /// <summary>Value of <see cref="Provider"/> for one file on this machine.</summary>
    public const string Sqlite = "sqlite";

    /// <summary>Value of <see cref="Provider"/> for a PostgreSQL server.</summary>
    public const string Postgres = "postgres";

    /// <summary><c>sqlite</c> (default) or <c>postgres</c>; case does not matter.</summary>
    public string Provider { get; init; } = Sqlite;

    /// <summary>
    /// ADO.NET connection string, such as <c>Data Source=.recsys/recsys.db</c> or
    /// <c>Host=db;Database=recsys;Username=recsys;Password=…</c>. Required. Never logged: it may hold a password.
    /// </summary>
    [DataType(DataType.Password)]
    public string ConnectionString { get; init; } = "";

    /// <summary>How many of a user's newest listens are kept, 1 to 100,000. Default 1,000.</summary>
    [Range(1, 100_000, ErrorMessage = "It must be from 1 to 100000.")]
    public int RecentListensPerUser { get; init; } = 1_000;

    /// <summary>
    /// Seconds until a statement is given up, 1 to 3,600; on SQLite also how long a writer waits for another one.
    /// Default 60. Bulk writes and schema changes are not limited.
    /// </summary>
    [Range(1, 3_600, ErrorMessage = "It must be from 1 to 3600.")]
    public int CommandTimeoutSeconds { get; init; } = 60;

    internal bool IsPostgres => string.Equals(Provider, Postgres, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var isKnown = IsPostgres || string.Equals(Provider, Sqlite, StringComparison.OrdinalIgnoreCase);
        if (!isKnown)
        {
            yield return new ValidationResult("It must be sqlite or postgres.", [nameof(Provider)]);
        }

        if (string.IsNullOrWhiteSpace(ConnectionString))
        {
            yield return new ValidationResult(
                "ConnectionString is empty. Set it, for example to Data Source=recsys.db (sqlite) "
                + "or Host=localhost;Database=recsys;Username=recsys;Password=… (postgres).");
        }
        else if (isKnown && DatabaseTarget.FindProblem(this) is { } problem)
        {
            yield return new ValidationResult(problem);
        }
    }

    /// <summary>Never prints the connection string.</summary>
    public override string ToString() => $"{nameof(DatabaseOptions)} {{ {Provider} }}";
}

/// <summary>Checks the options where no host has bound them and checks them itself.</summary>
internal sealed class DatabaseOptionsValidator : IValidateOptions<DatabaseOptions>
{
    public ValidateOptionsResult Validate(string? name, DatabaseOptions options)
    {
        var problems = new List<ValidationResult>();
        return Validator.TryValidateObject(options, new ValidationContext(options), problems, validateAllProperties: true)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(problems.Select(problem => Describe(options, problem)));
    }

    private static string Describe(DatabaseOptions options, ValidationResult problem) => problem.MemberNames.FirstOrDefault() is { } member
        ? $"{DatabaseOptions.SectionName}:{member} is '{typeof(DatabaseOptions).GetProperty(member)!.GetValue(options)}'. {problem.ErrorMessage}"
        : $"{DatabaseOptions.SectionName}: {problem.ErrorMessage}";
}
