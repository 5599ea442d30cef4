using RecSys.Algorithms.Features;
using RecSys.Algorithms.Matrices;
using RecSys.Trainer.Settings;
using RecSys.Trainer.Steps;

namespace RecSys.Trainer.Tests.Steps;

/// <summary>The sources of candidates that a training fits.</summary>
public sealed class SourcesStepTests
{
    private const long Minute = 60_000_000;

    [Theory]
    [InlineData("30", true)]
    [InlineData("10", false)]
    public void Next_tracks_follow_within_the_sessions_that_the_settings_say(string gapMinutes, bool follows)
    {
        // Three users hear track 0, and track 1 twenty minutes later.
        int[] users = [0, 0, 1, 1, 2, 2];
        int[] items = [0, 1, 0, 1, 0, 1];
        long[] times = [.. users.Zip(items, (user, item) => (long)(1_000_000 + (user * 1_000) + (item * 20)) * Minute)];
        float[] ones = [1, 1, 1, 1, 1, 1];
        var plays = SparseMatrix.FromTriples(3, 2, users, items, ones);
        var settings = TrainingSettings.Read(new Dictionary<string, string>
        {
            ["models.markov.session_gap_minutes"] = gapMinutes,
            ["threads"] = "1",
        });

        var sources = CandidateSources.Fit(
            plays, ListensByUser.Create(3, 2, users, items, times, ones, ones), settings, TestContext.Current.CancellationToken);

        (sources.Next is not null).ShouldBe(follows);
    }
}
