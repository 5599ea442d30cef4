using System.Globalization;
using System.Text.Json;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Contracts;

namespace RecSys.Analytics.Tests.Imports;

/// <summary>A time is the same moment whoever reads it, and an id keeps every digit.</summary>
public sealed class TimesAndIdsTests(ITestOutputHelper output) : IDisposable
{
    private readonly ImportCase _case = new();

    public void Dispose() => _case.Dispose();

    [Theory]
    [InlineData("2009-04-08T01:57:47Z", "2009-04-08T01:57:47Z")]
    [InlineData("2009-04-08 01:57:48", "2009-04-08T01:57:48Z")]
    [InlineData("2009-04-08t01:57:47z", "2009-04-08T01:57:47Z")]
    [InlineData(" 2009-04-08 01:57 ", "2009-04-08T01:57:00Z")]
    [InlineData("2019-01-16 10:11:12 UTC", "2019-01-16T10:11:12Z")]
    [InlineData("2019-01-10 05:21:23 -0300", "2019-01-10T08:21:23Z")]
    [InlineData("2020-12-31 21:25:58.745232+02", "2020-12-31T19:25:58.745232Z")]
    [InlineData("2020-12-31T21:25:58,5+05:30", "2020-12-31T15:55:58.5Z")]
    [InlineData("20100405T115954Z", "2010-04-05T11:59:54Z")]
    [InlineData("20100405", "2010-04-05T00:00:00Z")]
    [InlineData("2008-02-29", "2008-02-29T00:00:00Z")]
    [InlineData("2010-04-05 11:59:54 EST", null)]
    [InlineData("2010-04-05T11:59:54 Europe/Berlin", null)]
    [InlineData("+0000", null)]
    [InlineData("+0100", null)]
    [InlineData("2010", null)]
    [InlineData("2010-04", null)]
    [InlineData("201004", null)]
    [InlineData("2010-13-45", null)]
    [InlineData("2009-02-29T00:00:00Z", null)]
    [InlineData("2009-02-28T24:00:00Z", null)]
    [InlineData("12/10/2017 21:47", null)]
    [InlineData("12 Nov", null)]
    [InlineData("00:05", null)]
    [InlineData("5.4.2010", null)]
    [InlineData("now", null)]
    [InlineData("epoch", null)]
    [InlineData("infinity", null)]
    [InlineData("nan", null)]
    [InlineData("null", null)]
    public async Task Imports_and_commands_take_the_same_times_for_the_same_moments(string text, string? time)
    {
        DateTimeOffset? expected = time is null ? null : DateTimeOffset.Parse(time, CultureInfo.InvariantCulture);
        TimeText.TryParse(text, out var parsed).ShouldBe(expected is not null);
        parsed.ShouldBe(expected ?? default);

        // Rows after a zone that has a name keep their own.
        var file = _case.Write("a.tsv", $"u\tzone\t1\t2010-04-05 11:59:54 EST\nu\tasked\t1\t{text}\nu\tplain\t1\t2010-04-05T11:59:54\n");
        var report = await _case.ImportAsync("triples", file);

        var times = await (await _case.Queries.FindImportAsync("triples"))!.ReadListensAsync().ToDictionaryAsync(listen => listen.TrackId, listen => listen.ListenedAt);
        times["plain"].ShouldBe(new DateTimeOffset(2010, 4, 5, 11, 59, 54, TimeSpan.Zero));
        times.TryGetValue("asked", out var imported).ShouldBe(expected is not null);
        imported.ShouldBe(expected ?? default);
        report.Rules.Single(rule => rule.Rule == ImportRules.Unparseable).Dropped.ShouldBe(expected is null ? 2 : 1);
    }

    [Theory]
    [InlineData("20221216::INTEGER", "2022-12-16T00:00:00Z")]
    [InlineData("20221216::DOUBLE", "2022-12-16T00:00:00Z")]
    [InlineData("'2022-12-16 10:00:00 +0100'::BLOB", "2022-12-16T09:00:00Z")]
    [InlineData("1671184800::UBIGINT", "2022-12-16T10:00:00Z")]
    public async Task Times_in_Parquet_are_read_alike(string value, string time)
    {
        await _case.ImportAsync("events-parquet", _case.WriteParquet("a.parquet", $"SELECT 'u' AS user_id, 't' AS track_id, {value} AS date"));

        (await (await _case.Queries.FindImportAsync("events-parquet"))!.ReadListensAsync().ToListAsync()).ShouldHaveSingleItem().ListenedAt
            .ShouldBe(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("9007199254740993::DECIMAL(38, 0)", "9007199254740993")]
    [InlineData("123456789012345678901234567890::DECIMAL(38, 0)", "123456789012345678901234567890")]
    [InlineData("42::DECIMAL(18, 2)", "42")]
    [InlineData("4.5::DECIMAL(18, 1)", "4.5")]
    [InlineData("18446744073709551615::UBIGINT", "18446744073709551615")]
    [InlineData("170141183460469231731687303715884105727::HUGEINT", null)]
    [InlineData("9007199254740991::DOUBLE", "9007199254740991")]
    [InlineData("'007'", "007")]
    [InlineData("'1e3'", "1e3")]
    [InlineData("encode('caf\u00E9')", "caf\u00E9")]
    [InlineData("'-5'", "-5")]
    public async Task Ids_of_any_type_keep_every_digit(string value, string? id)
    {
        // HUGEINT is written as a double, in which neighbours are the same.
        var file = _case.WriteParquet("a.parquet", $"SELECT {value} AS user_id, 7::BIGINT AS track_id, 1 AS plays");
        var other = _case.WriteParquet("b.parquet", "SELECT 1::BIGINT AS user_id, '007' AS track_id, 1 AS plays");
        if (id is null)
        {
            (await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("triples", file))).Message.ShouldContain("the column user_id");
            return;
        }

        await _case.ImportAsync("triples", file, other);

        (await _case.Queries.ReadInteractionsAsync(InteractionQuery.All)).UserIds.ShouldBe([id, "1"], ignoreOrder: true);
        (await _case.Queries.ReadInteractionsAsync(InteractionQuery.All)).TrackIds.ShouldBe(["7", "007"], ignoreOrder: true);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_no_id_and_nulls_of_floating_columns_are_empty()
    {
        var file = _case.WriteParquet(
            "a.parquet", "SELECT '\\xFF'::BLOB AS user_id, 1::DOUBLE AS track_id, 1 AS plays UNION ALL SELECT 'ann'::BLOB, 'nan'::DOUBLE, 1 UNION ALL SELECT 'ann'::BLOB, 2, 1");

        var report = await _case.ImportAsync("triples", file);

        ImportCase.Dropped(report.Rules).ShouldBe([("empty-id", 1), ("invalid-id", 1)]);
        (await _case.Queries.ReadInteractionsAsync(InteractionQuery.All)).TrackIds.ShouldBe(["2"]);
    }

    [Theory]
    [InlineData("9007199254740992::DOUBLE")]
    [InlineData("16777216::FLOAT")]
    public async Task Ids_that_lost_digits_before_are_refused_by_their_column(string value) =>
        (await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("triples", _case.WriteParquet("a.parquet", $"SELECT {value} AS user_id, 1 AS item, 1 AS plays"))))
            .Message.ShouldContain("the column user_id has ids in floating point");

    [Fact]
    public async Task What_was_exported_of_a_log_without_times_comes_in_again()
    {
        await _case.ImportAsync("triples", _case.Write("a.csv", "u1,i1,3\nu2,i2,4\n"));
        var events = _case.Path("events.parquet");
        await new LogExporter(_case.Queries).WriteEventsAsync(events);

        var report = await _case.ImportAsync("events-parquet", events);

        (report.Kept, report.Plays, report.Timed).ShouldBe((2, 7, false));
    }

    [Fact]
    public async Task The_times_that_went_wrong_elsewhere_come_out_as_they_should()
    {
        if (RealData.FindCase("06-times", output) is not { } folder)
        {
            return;
        }

        await _case.ImportAsync("triples", Path.Combine(folder, "times.tsv"));

        var times = await (await _case.Queries.FindImportAsync("triples"))!.ReadListensAsync().ToDictionaryAsync(listen => listen.TrackId, listen => listen.ListenedAt);
        foreach (var expected in JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "expected.json"))).RootElement.EnumerateObject())
        {
            var accepted = expected.Value.GetString()!;
            if (!times.TryGetValue(expected.Name, out var time))
            {
                accepted.ShouldMatch("unparseable|time-out-of-range", expected.Name);
            }
            else
            {
                accepted.ShouldContain(time.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture), customMessage: expected.Name);
            }
        }
    }
}
