using System.Text;

namespace RecSys.Data.Tests;

public abstract class ApiTokenTests(MigratedDatabases databases, string provider) : DatabaseTests(databases, provider)
{
    [Fact]
    public async Task A_token_is_known_by_its_text_and_nothing_in_the_database_gives_it_away()
    {
        var (token, _) = (await Database.Tokens.CreateAsync("player", TokenScopes.Submit | TokenScopes.Read, TimeSpan.FromDays(90), Cancellation)).ShouldNotBeNull();

        var row = (await Database.Tokens.ReadAllAsync(Cancellation)).ShouldHaveSingleItem();
        ApiToken.TryParse(token.Reveal(), out var read).ShouldBeTrue();
        row.TokenId.ShouldBe(read.TokenId);
        row.IsProvenBy(read).ShouldBeTrue();
        (row.Name, row.Scopes).ShouldBe(("player", TokenScopes.Submit | TokenScopes.Read));
        (row.CreatedAt, row.ExpiresAt).ShouldBe((Database.Clock.Now, Database.Clock.Now.AddDays(90)));
        (row.LastUsedAt, row.RevokedAt).ShouldBe((null, null));
        var secret = token.Reveal()[^43..];
        Encoding.Latin1.GetString(row.SecretHash).ShouldNotContain(secret);
        $"{token} {row} {read}".ShouldNotContain(secret);
    }

    [Fact]
    public async Task Another_secret_behind_the_same_id_proves_nothing()
    {
        var (token, row) = (await Database.Tokens.CreateAsync("player", TokenScopes.Read, null, Cancellation)).ShouldNotBeNull();
        var text = token.Reveal();

        ApiToken.TryParse(text[..^1] + (text[^1] == 'A' ? 'B' : 'A'), out var forged).ShouldBeTrue();

        row.IsProvenBy(forged).ShouldBeFalse();
    }

    [Fact]
    public async Task A_token_ends_when_it_expires_or_is_revoked_and_frees_its_name_when_revoked()
    {
        var (_, first) = (await Database.Tokens.CreateAsync("player", TokenScopes.Read, TimeSpan.FromDays(1), Cancellation)).ShouldNotBeNull();
        first.IsValidAt(first.CreatedAt.AddDays(1).AddTicks(-10)).ShouldBeTrue();
        first.IsValidAt(first.CreatedAt.AddDays(1)).ShouldBeFalse();

        (await Database.Tokens.CreateAsync("player", TokenScopes.Read, null, Cancellation)).ShouldBeNull();
        Database.Clock.Now += TimeSpan.FromHours(1);
        (await Database.Tokens.RevokeAsync("player", Cancellation)).ShouldNotBeNull().IsValidAt(Database.Clock.Now).ShouldBeFalse();
        var (_, second) = (await Database.Tokens.CreateAsync("player", TokenScopes.Read, null, Cancellation)).ShouldNotBeNull();

        var rows = await Database.Tokens.ReadAllAsync(Cancellation);
        rows.Select(row => (row.TokenId, row.RevokedAt)).ShouldBe([(first.TokenId, Database.Clock.Now), (second.TokenId, null)]);
    }

    [Fact]
    public async Task A_token_is_revoked_by_its_id_too_and_twice_is_once()
    {
        var (_, row) = (await Database.Tokens.CreateAsync("player", TokenScopes.Admin, null, Cancellation)).ShouldNotBeNull();

        var revoked = await Database.Tokens.RevokeAsync(row.TokenId, Cancellation);
        Database.Clock.Now += TimeSpan.FromHours(1);
        var again = await Database.Tokens.RevokeAsync(row.TokenId, Cancellation);

        again.ShouldNotBeNull().RevokedAt.ShouldBe(revoked!.RevokedAt);
        (await Database.Tokens.RevokeAsync("player", Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task The_last_use_is_noted_and_never_goes_back()
    {
        var (_, row) = (await Database.Tokens.CreateAsync("player", TokenScopes.Read, null, Cancellation)).ShouldNotBeNull();
        var noon = row.CreatedAt.AddHours(1);

        await Database.Tokens.NoteUseAsync(new Dictionary<string, DateTimeOffset> { [row.TokenId] = noon, ["unknown"] = noon }, Cancellation);
        await Database.Tokens.NoteUseAsync(new Dictionary<string, DateTimeOffset> { [row.TokenId] = noon.AddMinutes(-1) }, Cancellation);

        (await Database.Tokens.ReadAllAsync(Cancellation)).ShouldHaveSingleItem().LastUsedAt.ShouldBe(noon);
    }

    [Theory]
    [InlineData("")]
    [InlineData("recsys_")]
    [InlineData("recsys_0123456789ab")]
    [InlineData("recsys_0123456789ab_")]
    [InlineData("recsys_0123456789abcsecret")]
    [InlineData("0123456789ab_secret")]
    public void Text_that_is_no_token_is_not_read(string text) => ApiToken.TryParse(text, out _).ShouldBeFalse();
}

public sealed class PostgresApiTokenTests(MigratedDatabases databases) : ApiTokenTests(databases, DatabaseOptions.Postgres);

public sealed class SqliteApiTokenTests(MigratedDatabases databases) : ApiTokenTests(databases, DatabaseOptions.Sqlite);
