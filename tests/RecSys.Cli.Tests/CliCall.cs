using System.Text.Json;

namespace RecSys.Cli.Tests;

/// <summary>A call of the command line in this process, with what it wrote. Calls run one at a time: the console is one.</summary>
internal sealed record CliCall(int ExitCode, string Output, string Error)
{
    private static readonly SemaphoreSlim OneAtATime = new(1, 1);

    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public static async Task<CliCall> RunAsync(params string[] args)
    {
        await OneAtATime.WaitAsync();
        var (output, error) = (Console.Out, Console.Error);
        using var newOutput = new StringWriter();
        using var newError = new StringWriter();
        try
        {
            Console.SetOut(newOutput);
            Console.SetError(newError);
            var exitCode = await CommandLine.RunAsync(args);
            return new CliCall(exitCode, newOutput.ToString(), newError.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
            OneAtATime.Release();
        }
    }

    /// <summary>The model of a name in the JSON that was written.</summary>
    public JsonElement Model(string name) =>
        Json.GetProperty("models").EnumerateArray().First(model => model.GetProperty("model").GetString() == name);

    /// <summary>A metric of the model of a name.</summary>
    public double Metric(string model, string metric) => Model(model).GetProperty("metrics").GetProperty(metric).GetDouble();
}
