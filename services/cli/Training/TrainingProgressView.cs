using RecSys.Contracts.Events.V1;
using Spectre.Console;

namespace RecSys.Cli.Training;

/// <summary>Follows a training: a bar with the time left on a terminal, a line for each stage otherwise.</summary>
internal static class TrainingProgressView
{
    /// <summary>Shows the progress until it ends.</summary>
    /// <returns>The last one.</returns>
    public static Task<TrainingProgress> RunAsync(IAnsiConsole console, IAsyncEnumerable<TrainingProgress> progress) =>
        console.Profile.Capabilities.Interactive ? ShowBarAsync(console, progress) : WriteLinesAsync(console, progress);

    private static Task<TrainingProgress> ShowBarAsync(IAnsiConsole console, IAsyncEnumerable<TrainingProgress> progress) =>
        console.Progress()
            .HideCompleted(false)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new ElapsedTimeColumn(),
                new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask("Training", maxValue: 1);
                var last = new TrainingProgress();
                await foreach (var news in progress)
                {
                    last = news;
                    bar.Value = Math.Clamp(news.TotalDone, 0, 1);
                    bar.Description = Markup.Escape($"{news.Stage} {news.Message}".Trim());
                }

                return last;
            });

    private static async Task<TrainingProgress> WriteLinesAsync(IAnsiConsole console, IAsyncEnumerable<TrainingProgress> progress)
    {
        var last = new TrainingProgress();
        var begun = DateTimeOffset.MinValue;
        await foreach (var news in progress)
        {
            if (news.Stage != last.Stage)
            {
                Write();
                begun = news.ProgressTime.ToDateTimeOffset();
            }

            last = news;
        }

        Write();
        return last;

        void Write()
        {
            if (last.Stage.Length > 0)
            {
                var seconds = (last.ProgressTime.ToDateTimeOffset() - begun).TotalSeconds;
                console.Profile.Out.Writer.WriteLine($"{last.TotalDone,4:P0}  {last.Stage,-9} {last.Message} ({Math.Max(0, seconds):F1} s)");
            }
        }
    }
}
