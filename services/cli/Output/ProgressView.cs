using System.Diagnostics;
using Spectre.Console;

namespace RecSys.Cli.Output;

/// <summary>Progress of long work: bars with rate and time left on a terminal, a plain line a step otherwise, and one every ten seconds of a long step.</summary>
internal static class ProgressView
{
    // Off a terminal: a step of a few seconds is one line, a long one says now and then how far it is.
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    /// <summary>Runs the work under one bar or line that <paramref name="title"/> names; the work reports its share done, 0 to 1, and a remark.</summary>
    public static async Task<T> RunAsync<T>(IAnsiConsole console, string title, Func<Action<double, string?>, Task<T>> work)
    {
        if (!console.Profile.Capabilities.Interactive)
        {
            var lines = console.Profile.Out.Writer;
            string? last = null;
            var clock = Stopwatch.StartNew();
            var said = TimeSpan.Zero;
            var result = await work((share, remark) =>
            {
                last = remark ?? last;
                if (clock.Elapsed - said >= LineInterval)
                {
                    said = clock.Elapsed;
                    lines.WriteLine($"{title}{(share is > 0 and < 1 ? $" {share:P0}" : "")}{(last is null ? "" : ": " + last)} …");
                }
            });
            lines.WriteLine($"{title}{(last is null ? "" : ": " + last)} ({clock.Elapsed.TotalSeconds:F1} s)");
            return result;
        }

        return await console.Progress()
            .HideCompleted(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: 1);
                var result = await work((share, remark) =>
                {
                    task.Value = Math.Clamp(share, 0, 1);
                    task.Description = Markup.Escape(remark is null ? title : $"{title}: {remark}");
                });
                task.Value = 1;
                return result;
            });
    }
}
