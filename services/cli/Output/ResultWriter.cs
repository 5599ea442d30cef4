using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace RecSys.Cli.Output;

/// <summary>Prints a result for a person, or with <c>--json [FILE]</c> for a machine, on standard output or into the file.</summary>
internal sealed class ResultWriter
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Columns of tables in files and pipes.</summary>
    private const int FileWidth = 160;

    private readonly bool _json;
    private readonly string? _file;

    private ResultWriter(bool json, string? file)
    {
        _json = json;
        _file = file;
        // Progress and notes never mix with JSON on standard output.
        var toError = json && file is null;
        var isTerminal = !(toError ? Console.IsErrorRedirected : Console.IsOutputRedirected);
        Notes = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(toError ? Console.Error : Console.Out),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isTerminal)
        {
            Notes.Profile.Width = FileWidth;
        }
    }

    /// <summary>Where progress and remarks go.</summary>
    public IAnsiConsole Notes { get; }

    /// <summary>Whether a person reads the result on standard output.</summary>
    public bool ForPerson => !_json || _file is not null;

    public static Option<string?> CreateOption()
    {
        var option = new Option<string?>("--json")
        {
            Description = "Print the result as JSON, on standard output or into FILE",
            HelpName = "FILE",
            Arity = ArgumentArity.ZeroOrOne,
        };

        // Before the work, not after: what an hour has made would have nowhere to go.
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && Obstacle(result.Tokens[0].Value) is { } obstacle)
            {
                result.AddError($"--json: {result.Tokens[0].Value} {obstacle}");
            }
        });
        return option;
    }

    public static ResultWriter From(ParseResult parsed, Option<string?> option) =>
        new(parsed.GetResult(option) is { Implicit: false }, parsed.GetValue(option));

    /// <summary>Why a file can't be written; null when it can.</summary>
    public static string? Obstacle(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                return "is a folder; name a file";
            }

            if (File.Exists(path))
            {
                return new FileInfo(path).IsReadOnly ? "may not be written; name another file" : null;
            }

            File.Create(path, bufferSize: 1, FileOptions.DeleteOnClose).Dispose();
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return "lies in a folder that is not there; create it first";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"can't be written: {exception.Message}";
        }
    }

    /// <summary>Writes the result once: the JSON where it was asked for, and the person's view unless JSON takes standard output.</summary>
    public async Task WriteAsync(JsonNode json, Action<IAnsiConsole> forPerson, CancellationToken cancellationToken)
    {
        if (_json)
        {
            var text = json.ToJsonString(Indented);
            if (_file is null)
            {
                Console.Out.WriteLine(text);
            }
            else
            {
                await File.WriteAllTextAsync(_file, text + Environment.NewLine, cancellationToken);
            }
        }

        if (ForPerson)
        {
            forPerson(Notes);
        }
    }
}
