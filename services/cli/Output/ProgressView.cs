using Spectre.Console;

namespace RecSys.Cli.Output;

/// <summary>Progress of long work: bars with rate and time left on a terminal, a plain line a step otherwise.</summary>
internal static class ProgressView
{
    /// <summary>Runs the work under one bar or line that <paramref name="title"/> names; the work reports its share done, 0 to 1, and a remark.</summary>
    public static async Task<T> RunAsync<T>(IAnsiConsole console, string title, Func<Action<double, string?>, Task<T>> work)
    {
        if (!console.Profile.Capabilities.Interactive)
        {
            var result = default(T)!;
            string? last = null;
            var clock = System.Diagnostics.Stopwatch.StartNew();
            result = await work((_, remark) => last = remark ?? last);
            console.Profile.Out.Writer.WriteLine($"{title}{(last is null ? "" : ": " + last)} ({clock.Elapsed.TotalSeconds:F1} s)");
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
