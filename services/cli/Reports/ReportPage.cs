using System.Globalization;
using RecSys.Analytics.Reports;
using RecSys.Cli.Pictures;
using static RecSys.Cli.Reports.HtmlWriter;

namespace RecSys.Cli.Reports;

/// <summary>The report as one HTML file that needs nothing else: no network, no script.</summary>
internal sealed class ReportPage
{
    // A point of a time series needs some room to be seen and touched.
    private const double RoomForPoint = 2.4;

    private static readonly double[] MinuteTicks = [5, 20, 60, 240, 1_440, 10_080];

    private readonly HtmlWriter _html = new();
    private readonly LakeReport _report;

    private ReportPage(LakeReport report) => _report = report;

    /// <summary>Renders the page.</summary>
    /// <param name="report">The figures.</param>
    /// <param name="created">When they were computed.</param>
    public static string Render(LakeReport report, DateTimeOffset created) => new ReportPage(report).Render(created);

    private string Render(DateTimeOffset created)
    {
        var title = $"Listens: {string.Join(", ", _report.Sources)}";
        _html.Add($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<link rel=\"icon\" href=\"data:,\">\n<title>{Text(title)}</title>\n<style>\n{ReportStyle.Css}\n</style>\n</head>\n<body>\n<main>");
        AddHeader(title);
        AddTime();
        AddTop();
        AddSpread();
        AddCatalogue();
        foreach (var service in _report.Services)
        {
            AddService(service);
        }

        _html.Add($"<footer>Made by <code>recsys report</code> on {created.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC. The same numbers are in <code>report.json</code>. Rest the pointer on a mark to read its value.</footer>");
        _html.Add("</main>\n</body>\n</html>");
        return _html.ToString();
    }

    private void AddHeader(string title)
    {
        var totals = _report.Totals;
        _html.Add($"<header><h1>{Text(title)}</h1>");
        if (totals.Listens != totals.Rows)
        {
            _html.Add($"<p>{Sentence($"The log came added up: its {NumberText.Whole(totals.Rows)} rows stand for {NumberText.Whole(totals.Listens)} listens.")}</p>");
        }

        if (_report.Time is null)
        {
            _html.Add("<p class=\"note\">This log has no times: days, hours, sessions and growth are left out.</p>");
        }
        else if (totals.UntimedRows > 0)
        {
            _html.Add($"<p class=\"note\">{Sentence($"{NumberText.Whole(totals.UntimedRows)} rows have no time; pictures over time leave them out.")}</p>");
        }

        _html.Add("</header><dl class=\"tiles\">");
        AddTile("Listens", totals.Listens);
        AddTile("Users", totals.Users);
        AddTile("Tracks heard", totals.Tracks);
        AddTile("Artists", totals.Artists);
        AddTile("Genres", totals.Genres);
        if (totals is { From: { } from, To: { } to })
        {
            _html.Add($"<div class=\"period\"><dt>From – to</dt><dd>{from:yyyy-MM-dd} – {to:yyyy-MM-dd}</dd></div>");
        }

        _html.Add("</dl>");
    }

    private void AddTile(string name, long value)
    {
        if (value > 0)
        {
            _html.Add($"<div title=\"{NumberText.Whole(value)}\"><dt>{name}</dt><dd>{NumberText.Short(value)}</dd></div>");
        }
    }

    private void AddTime()
    {
        if (_report.Time is not { } time)
        {
            return;
        }

        _html.BeginSection("When people listen");
        var peak = time.Days.MaxBy(day => day.Listens)!;
        var wide = TimeSeries.Of(time.Days, day => day.Listens, ChartFrame.WideWidth / RoomForPoint);
        var narrow = TimeSeries.Of(time.Days, day => day.Listens, ChartFrame.NarrowWidth / RoomForPoint);
        _html.AddCard(
            "Listens per day",
            Sentence($"{NumberText.Short((double)time.Days.Sum(day => day.Listens) / wide.Days)} a day on average over {NumberText.Whole(wide.Days)} days; most on {Date(peak.Day)} with {NumberText.Short(peak.Listens)}.") + Pooling(wide),
            TimeChart.Draw("Listens per day", wide, wide.PerDay, "listens a day", ChartFrame.WideWidth, "wide")
                + TimeChart.Draw("Listens per day", narrow, narrow.PerDay, "listens a day", kind: "narrow"),
            isWhole: true);
        var busiest = time.Hours.GroupBy(hour => hour.Hour).MaxBy(group => group.Sum(hour => hour.Listens))!.Key;
        _html.AddCard(
            "Hours and weekdays",
            Sentence($"The busiest hour begins at {busiest:00}:00 UTC. Bars add up hours and weekdays."),
            WeekChart.Draw("Listens by hour of the day and weekday", time.Hours));
        var sessions = time.Sessions;
        var gap = NumberText.Minutes(sessions.GapMinutes);
        _html.AddCard(
            "Session length in listens",
            Sentence($"{NumberText.Short(sessions.Count)} sessions, {NumberText.Short(sessions.Listens.Mean)} listens on average; a pause of more than {gap} ends one."),
            HistogramChart.Spread("Sessions by their listens", sessions.Listens, "sessions"));
        _html.AddCard(
            "Session length in time",
            Sentence($"{NumberText.Minutes(sessions.Minutes.Mean)} on average from the first listen's start to the last one's."),
            HistogramChart.Spread("Sessions by their minutes", sessions.Minutes, "sessions", NumberText.Minutes, MinuteTicks));
        AddGrowth("Tracks heard so far", "tracks", day => day.NewTracks, day => $"Half of them had been heard by {day}.");
        AddGrowth("Users so far", "users", day => day.NewUsers, day => $"Half of them had listened by {day}.");
        _html.EndSection();
    }

    private void AddGrowth(string title, string what, Func<DayFigures, long> value, Func<string, FormattableString> describeHalf)
    {
        var series = TimeSeries.Of(_report.Time!.Days, value, ChartFrame.NarrowWidth / RoomForPoint);
        var running = series.Running;
        var half = Array.FindIndex(running, sum => sum >= running[^1] / 2);
        _html.AddCard(title, Sentence(describeHalf(Date(series.DayOf(half)))), TimeChart.Draw(title, series, running, what));
    }

    private void AddTop()
    {
        if (_report.Top.Tracks.Count == 0)
        {
            return;
        }

        _html.BeginSection("What is heard most");
        var all = (double)_report.Totals.Listens;
        _html.AddRanking(
            "Top tracks", Sentence($"Together {NumberText.Percent(_report.Top.Tracks.Sum(track => track.Count) / all)} of all listens."), _report.Top.Tracks);
        _html.AddRanking("Top artists", "By the listens of their tracks.", _report.Top.Artists);
        _html.AddRanking("Top genres", "A track counts for each of its genres.", _report.Top.Genres);
        _html.EndSection();
    }

    private void AddSpread()
    {
        _html.BeginSection("How listens are spread");
        _html.AddCard(
            "Listens per user",
            Sentence($"Half of the users have {NumberText.Short(_report.ListensPerUser.Median)} or fewer, the busiest {NumberText.Short(_report.ListensPerUser.Max)}."),
            HistogramChart.Spread("Users by their listens", _report.ListensPerUser, "users"));
        _html.AddCard(
            "Listens per track",
            Sentence($"Half of the tracks have {NumberText.Short(_report.ListensPerTrack.Median)} or fewer, the most heard {NumberText.Short(_report.ListensPerTrack.Max)}."),
            HistogramChart.Spread("Tracks by their listens", _report.ListensPerTrack, "tracks"));
        _html.AddCard(
            "Inequality",
            "Lorenz curves: the further below the dashed line, the fewer have most of the listens.",
            LorenzChart.Draw("Lorenz curves of tracks and users", _report.Tracks, _report.Users));
        var tracks = _report.Tracks;
        _html.AddCard(
            "The long tail",
            Sentence($"{NumberText.Whole(tracks.HalfCount)} tracks ({NumberText.Percent((double)tracks.HalfCount / _report.Totals.Tracks)}) have half of all listens."),
            ShareBar.Draw(
                "Share of listens by popularity of the track",
                ("top 1 % of tracks", tracks.TopPercentShare),
                ("next 9 %", tracks.TopTenPercentShare - tracks.TopPercentShare),
                ("the other 90 %", 1 - tracks.TopTenPercentShare)));
        _html.AddCard(
            "Repeats",
            Sentence($"{NumberText.Short(_report.Totals.RepeatedListens)} listens are of a track that the same user had heard before."),
            ShareBar.Draw("Share of listens that are repeats", ("repeats", _report.Totals.RepeatShare), ("first listens", 1 - _report.Totals.RepeatShare)));
        if (_report.PlayedShares is { } shares)
        {
            _html.AddCard(
                "How much of a track is played",
                Sentence($"{NumberText.Short(shares.Count)} listens say it; {NumberText.Percent(shares.Mean)} on average."),
                HistogramChart.Shares("Listens by the share of the track that was played", shares));
        }

        _html.EndSection();
    }

    private void AddCatalogue()
    {
        if (_report.Catalogue is not { } catalogue)
        {
            return;
        }

        _html.BeginSection("The catalogue");
        var never = (double)catalogue.NeverPlayed / catalogue.Tracks;
        var examples = string.Concat(catalogue.NeverPlayedExamples.Select(track => $"<li>{Named(track)}</li>"));
        var unnamed = catalogue.Unnamed == 0 ? "" : Sentence($" {NumberText.Whole(catalogue.Unnamed)} tracks that were played are not in the catalogue.");
        _html.AddCard(
            "Tracks nobody played",
            Sentence($"{NumberText.Whole(catalogue.NeverPlayed)} of {NumberText.Whole(catalogue.Tracks)} tracks.") + unnamed,
            ShareBar.Draw("Share of the catalogue that was played", ("played", 1 - never), ("never played", never))
                + (examples.Length > 0 ? $"<ul class=\"names\">{examples}</ul>" : ""));
        _html.AddRanking("Genres with the most tracks", "", catalogue.TracksByGenre);
        _html.AddRanking("Artists with the most tracks", "", catalogue.TracksByArtist);
        if (catalogue.TracksPerArtist is { } sizes)
        {
            _html.AddCard(
                "Tracks per artist",
                Sentence($"{NumberText.Short(sizes.Count)} artists, {NumberText.Short(sizes.Mean)} tracks on average."),
                HistogramChart.Spread("Artists by their tracks", sizes, "artists"));
        }

        _html.EndSection();
    }

    private void AddService(ServiceFigures service)
    {
        _html.BeginSection($"The service behind {service.Import}");
        if (service.Latencies is { } latencies)
        {
            _html.AddCard(
                "Time to answer",
                Sentence($"{NumberText.Short(latencies.Count)} answers took {NumberText.Short(latencies.Mean)} ms on average."),
                QuantileChart.Draw("Latency by share of answers", latencies));
        }

        foreach (var experiment in service.Arms.GroupBy(arm => arm.Experiment))
        {
            ExperimentCard.AddTo(_html, experiment.Key, ArmResult.Of(experiment));
        }

        if (service.Neighbors is { } neighbors)
        {
            _html.AddCard(
                "Neighbours",
                Sentence($"Cosines between what users play more or less of than usual for them: a user has {NumberText.Short(neighbors.MeanPositive)} neighbours with similar taste and {NumberText.Short(neighbors.MeanNegative)} with opposite taste on average, among {NumberText.Short(neighbors.Users)} users. {NumberText.Whole(neighbors.Alone)} users have none."),
                neighbors.MeanPositive + neighbors.MeanNegative > 0
                    ? ShareBar.Draw(
                        "Neighbours by the sign of their cosine",
                        ("similar", neighbors.MeanPositive / (neighbors.MeanPositive + neighbors.MeanNegative)),
                        ("opposite", neighbors.MeanNegative / (neighbors.MeanPositive + neighbors.MeanNegative)))
                    : "");
        }

        _html.EndSection();
    }

    private static string Date(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Pooling(TimeSeries series) => series.DaysPerPoint == 1 ? "" : $" A point is the mean of {series.DaysPerPoint} days.";
}
