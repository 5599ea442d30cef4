using Microsoft.Extensions.Options;

namespace RecSys.Data;

internal sealed class DatabaseOptionsValidator : IValidateOptions<DatabaseOptions>
{
    public ValidateOptionsResult Validate(string? name, DatabaseOptions options)
    {
        var errors = new List<string>();
        var isKnown = options.IsPostgres || string.Equals(options.Provider, DatabaseOptions.Sqlite, StringComparison.OrdinalIgnoreCase);
        if (!isKnown)
        {
            errors.Add($"Database:Provider is '{options.Provider}'. Set it to sqlite or postgres.");
        }

        if (string.IsNullOrWhiteSpace(options.ConnectionString))
        {
            errors.Add(
                "Database:ConnectionString is empty. Set it, for example to Data Source=recsys.db (sqlite) "
                + "or Host=localhost;Database=recsys;Username=recsys;Password=… (postgres).");
        }
        else if (isKnown)
        {
            try
            {
                DatabaseTarget.Of(options);
            }
            catch (ArgumentException exception)
            {
                errors.Add(exception.Message);
            }
        }

        if (options.RecentListensPerUser is < 1 or > 100_000)
        {
            errors.Add($"Database:RecentListensPerUser is {options.RecentListensPerUser}. Set it to 1 to 100000.");
        }

        if (options.CommandTimeoutSeconds is < 1 or > 3_600)
        {
            errors.Add($"Database:CommandTimeoutSeconds is {options.CommandTimeoutSeconds}. Set it to 1 to 3600.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
