using Microsoft.Extensions.Options;

namespace RecSys.Data.Tests;

public sealed class DatabaseOptionsTests
{
    [Theory]
    [InlineData("mysql", "Data Source=a.db", "Database:Provider is 'mysql'. It must be sqlite or postgres.")]
    [InlineData("sqlite", "", "Database: ConnectionString is empty.")]
    [InlineData("postgres", " ", "Database: ConnectionString is empty.")]
    [InlineData("sqlite", "Data Source=:memory:", "names no file")]
    [InlineData("sqlite", "Data Source=a;Mode=Memory;Cache=Shared", "names no file")]
    [InlineData("sqlite", "Host=db;Password=geheim", "has a key or value that is not known")]
    [InlineData("postgres", "Data Source=a.db;Password=geheim", "has a key or value that is not known")]
    [InlineData("postgres", "Host=db;Port=geheim;Database=recsys", "has a key or value that is not known")]
    [InlineData("postgres", "Database=recsys;Password=geheim", "names no host")]
    [InlineData("postgres", "geheim", "has a key or value that is not known")]
    public void Setting_that_can_not_work_is_refused_with_what_to_set(string provider, string connectionString, string message)
    {
        var options = new DatabaseOptions { Provider = provider, ConnectionString = connectionString };

        var exception = Should.Throw<OptionsValidationException>(() => Validate(options));

        exception.Message.ShouldContain(message);
        exception.ToString().ShouldNotContain("geheim");
    }

    [Theory]
    [InlineData(0, 60)]
    [InlineData(100_001, 60)]
    [InlineData(1_000, 0)]
    [InlineData(1_000, 3_601)]
    public void Number_out_of_range_is_refused(int listens, int seconds) =>
        Should.Throw<OptionsValidationException>(() => Validate(new DatabaseOptions
        {
            ConnectionString = "Data Source=a.db",
            RecentListensPerUser = listens,
            CommandTimeoutSeconds = seconds,
        }));

    [Fact]
    public void Several_faults_are_told_at_once() =>
        Should.Throw<OptionsValidationException>(() => Validate(new DatabaseOptions { Provider = "?" })).Failures.Count().ShouldBe(2);

    [Theory]
    [InlineData("Postgres", "Host=db;Database=recsys;Username=me;Password=geheim", "Postgres at db:5432/recsys")]
    [InlineData("postgres", "Host=::1;Port=6000;Username=me", "Postgres at ::1:6000/me")]
    [InlineData("SQLITE", "Data Source=/data/recsys.db", "SQLite file /data/recsys.db")]
    public void Target_is_described_without_secrets(string provider, string connectionString, string expected)
    {
        var options = new DatabaseOptions { Provider = provider, ConnectionString = connectionString };
        Validate(options);

        DatabaseTarget.Of(options).Description.ShouldBe(expected);
        $"{options} {DatabaseTarget.Of(options)}".ShouldNotContain("geheim");
    }

    private static void Validate(DatabaseOptions options)
    {
        var result = new DatabaseOptionsValidator().Validate(null, options);
        if (result.Failed)
        {
            throw new OptionsValidationException(DatabaseOptions.SectionName, typeof(DatabaseOptions), result.Failures);
        }
    }
}
