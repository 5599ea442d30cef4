using System.Text.Json;
using RecSys.Algorithms.Experiments;
using RecSys.TestKit;

namespace RecSys.Algorithms.Tests.Golden;

/// <summary>Experiment statistics of a service's own log against independently computed values.</summary>
public sealed class BotifyExperimentGoldenTests(ITestOutputHelper output)
{
    private const string Values = "golden/botify.json";

    [Fact]
    public void Every_logged_assignment_is_the_hash_of_its_user()
    {
        if (!TryRead(out var values))
        {
            return;
        }

        foreach (var vector in values.GetProperty("vectors").EnumerateArray())
        {
            var arm = ArmAssignment.ArmOf(
                vector.GetProperty("experiment").GetString()!,
                vector.GetProperty("user").ToString(),
                vector.GetProperty("arms").GetInt32());
            ArmAssignment.NameOf(arm).ShouldBe(vector.GetProperty("logged").GetString());
        }

        foreach (var experiment in values.GetProperty("assignment").EnumerateObject())
        {
            var listens = ReadListens(experiment.Value);
            if (listens is null)
            {
                continue;
            }

            var arms = experiment.Value.GetProperty("arms").GetInt32();
            var pairs = listens
                .SelectMany(l => l.Experiments.Where(e => e.Key == experiment.Name).Select(e => (l.User, Arm: e.Value)))
                .Distinct()
                .ToArray();
            MurmurHash3.Hash32(experiment.Name).ShouldBe(experiment.Value.GetProperty("seed").GetUInt32());
            pairs.Length.ShouldBe(experiment.Value.GetProperty("user_arm_pairs").GetInt32());
            pairs.Count(p => ArmAssignment.NameOf(ArmAssignment.ArmOf(experiment.Name, $"{p.User}", arms)) == p.Arm)
                .ShouldBe(experiment.Value.GetProperty("agree").GetInt32());
        }
    }

    [Fact]
    public void Mean_time_per_session_and_the_effect_of_a_treatment_are_the_known_ones()
    {
        if (!TryRead(out var values))
        {
            return;
        }

        foreach (var experiment in values.GetProperty("experiments").EnumerateObject())
        {
            if (ReadListens(experiment.Value) is not { } listens)
            {
                continue;
            }

            var sessions = Sessions(listens, experiment.Name);
            sessions.Count.ShouldBe(experiment.Value.GetProperty("sessions").GetInt32());
            var byArm = sessions.GroupBy(s => s.Arm).ToDictionary(g => g.Key, g => SampleSummary.Of(g.Select(s => s.Time)));
            foreach (var treatment in experiment.Value.GetProperty("treatments").EnumerateObject())
            {
                var expected = treatment.Value.GetProperty("session_time");
                var summary = byArm[treatment.Name];
                summary.Count.ShouldBe(expected.GetProperty("n").GetInt64());
                summary.Mean.ShouldBe(expected.GetProperty("mean").GetDouble(), 1e-6);
                summary.HalfWidth().ShouldBe(expected.GetProperty("half_width_95").GetDouble(), 1e-3);
                sessions.Where(s => s.Arm == treatment.Name).Average(s => s.Events)
                    .ShouldBe(treatment.Value.GetProperty("events_per_session").GetDouble(), 1e-9);

                var users = SampleSummary.Of(sessions.Where(s => s.Arm == treatment.Name).GroupBy(s => s.User).Select(g => g.Average(s => s.Time)));
                users.Count.ShouldBe(treatment.Value.GetProperty("user_mean_session_time").GetProperty("n").GetInt64());
                users.Mean.ShouldBe(treatment.Value.GetProperty("user_mean_session_time").GetProperty("mean").GetDouble(), 1e-6);

                if (treatment.Value.TryGetProperty("effect_percent", out var effect))
                {
                    var comparison = WelchComparison.Compare(byArm["C"], summary)!;
                    double[] percent = [.. new[] { comparison.Low, comparison.Difference, comparison.High }.Select(v => 100 * v / byArm["C"].Mean)];
                    percent.ShouldBe(effect.EnumerateArray().Select(v => v.GetDouble()), 0.01);
                    comparison.IsSignificant.ShouldBeTrue();
                }
            }
        }
    }

    // A session is a user's events in time up to "last".
    private static List<(string Arm, int User, double Time, int Events)> Sessions(Listen[] listens, string experiment)
    {
        var sessions = new List<(string, int, double, int)>();
        foreach (var user in listens.GroupBy(l => l.User))
        {
            var time = 0.0;
            var events = 0;
            foreach (var listen in user.OrderBy(l => l.Timestamp))
            {
                time += listen.Time;
                events++;
                if (listen.IsLast)
                {
                    sessions.Add((listen.Experiments[experiment], user.Key, time, events));
                    time = 0;
                    events = 0;
                }
            }
        }

        return sessions;
    }

    private Listen[]? ReadListens(JsonElement experiment)
    {
        var files = experiment.GetProperty("files").EnumerateArray().Select(f => Checkout.FindShared("data/" + f.GetString())).ToArray();
        if (files.Contains(null))
        {
            output.WriteLine("../shared/data/botify is absent: only the committed vectors of ExperimentStatisticsTests run.");
            return null;
        }

        return [.. files.SelectMany(file => GoldenFiles.ReadGzipLines(file!)).Select(Listen.Parse)];
    }

    private bool TryRead(out JsonElement values)
    {
        var path = Checkout.FindShared(Values);
        if (path is null)
        {
            output.WriteLine($"../shared/{Values} is absent: only the committed vectors of ExperimentStatisticsTests run.");
            values = default;
            return false;
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        values = document.RootElement.Clone();
        return true;
    }

    private sealed record Listen(int User, long Timestamp, double Time, bool IsLast, IReadOnlyDictionary<string, string> Experiments)
    {
        public static Listen Parse(string line)
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            return new Listen(
                root.GetProperty("user").GetInt32(),
                root.GetProperty("timestamp").GetInt64(),
                root.GetProperty("time").GetDouble(),
                root.GetProperty("message").GetString() == "last",
                root.GetProperty("experiments").EnumerateObject().ToDictionary(e => e.Name, e => e.Value.GetString()!));
        }
    }
}
