using System.Text.Json;

namespace RecSys.Cli.Tests;

/// <summary>A call of the command line in this process, with what it wrote. Calls run one at a time: the console is one.</summary>
internal sealed record CliCall(int ExitCode, string Output, string Error)
{
    private static readonly SemaphoreSlim OneAtATime = new(1, 1);

    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public static Task<CliCall> RunAsync(params string[] args) => RunAsync(args, new Dictionary<string, string?>());

    /// <summary>The same with variables in the environment, which is one, too.</summary>
    public static async Task<CliCall> RunAsync(string[] args, IReadOnlyDictionary<string, string?> environment)
    {
        await OneAtATime.WaitAsync();
        var (output, error) = (Console.Out, Console.Error);
        var before = environment.Keys.ToDictionary(name => name, Environment.GetEnvironmentVariable);
        using var newOutput = new StringWriter();
        using var newError = new StringWriter();
        try
        {
            Set(environment);
            Console.SetOut(newOutput);
            Console.SetError(newError);
            var exitCode = await CommandLine.RunAsync(args);
            return new CliCall(exitCode, newOutput.ToString(), newError.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
            Set(before);
            OneAtATime.Release();
        }
    }

    /// <summary>Does something that inherits the environment, while no call has changed it.</summary>
    public static async Task<T> BetweenCallsAsync<T>(Func<T> action)
    {
        await OneAtATime.WaitAsync();
        try
        {
            return action();
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    /// <summary>The model of a name in the JSON that was written.</summary>
    public JsonElement Model(string name) =>
        Json.GetProperty("models").EnumerateArray().First(model => model.GetProperty("model").GetString() == name);

    /// <summary>A metric of the model of a name.</summary>
    public double Metric(string model, string metric) => Model(model).GetProperty("metrics").GetProperty(metric).GetDouble();

    private static void Set(IEnumerable<KeyValuePair<string, string?>> variables)
    {
        foreach (var (name, value) in variables)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }
}
