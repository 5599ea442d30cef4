using System.Globalization;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;
using RecSys.Lake;
using Spectre.Console;

namespace RecSys.Cli.Evaluation.Data;

/// <summary>A file of user, item, weight and perhaps a time, read by the importer of the lake.</summary>
internal static class TriplesFile
{
    /// <summary>Adds the file's rows, and says on <paramref name="notes"/> which rules dropped some.</summary>
    /// <returns>Whether the rows have times.</returns>
    /// <exception cref="UsageException">A weight is negative or not a number.</exception>
    /// <exception cref="LakeInputException">The file can't be read.</exception>
    public static async Task<bool> ReadAsync(FileInfo file, LogBuilder builder, bool? wantTimes, IAnsiConsole notes, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("recsys-evaluate-");
        try
        {
            using var lake = new ListenLake(folder.FullName);
            using var queries = new LakeQueries(lake);
            ImportReport report;
            try
            {
                report = await new LogImporter(queries).ImportAsync("triples", [file.ToString()], "log", cancellationToken);
            }
            catch (LakeInputException)
            {
                // The first bad line says more than that nothing was usable.
                await RefuseBadWeightAsync(file, cancellationToken);
                throw;
            }

            var broken = report.Rules.Where(rule => rule.Dropped > 0).ToArray();
            if (broken.Any(rule => rule.Rule is ImportRules.WeightOutOfRange or ImportRules.Unparseable))
            {
                await RefuseBadWeightAsync(file, cancellationToken);
            }

            if (broken.Length > 0)
            {
                notes.WriteLine($"{file}: dropped {string.Join(", ", broken.Select(rule => $"{NumberText.Count(rule.Dropped, "row")} by the rule {rule.Rule}"))}");
            }

            return await LakeLog.ReadAsync(queries, InteractionQuery.All, builder, wantTimes, cancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // The importer counts bad rows; here the first of a text file is named. Parquet has no lines.
    private static async Task RefuseBadWeightAsync(FileInfo file, CancellationToken cancellationToken)
    {
        var extension = Path.GetExtension(file.Name).ToLowerInvariant();
        if (!file.Exists || extension is ".parquet" or ".pq" or ".zst")
        {
            return;
        }

        var number = 0L;
        var column = 2;
        var separator = '\0';
        try
        {
            using var reader = new StreamReader(LogText.Open(file.ToString()));
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                number++;
                if (separator == '\0')
                {
                    separator = line.Contains('\t') ? '\t' : line.Contains(';') && !line.Contains(',') ? ';' : ',';
                }

                var values = line.Split(separator);
                if (number == 1 && values.Length > 2 && !double.TryParse(values[2].Trim(' ', '"'), NumberStyles.Float, CultureInfo.InvariantCulture, out _))
                {
                    column = WeightColumn(values);
                    continue;
                }

                if (values.Length <= column || line.Contains('"'))
                {
                    continue;
                }

                var text = values[column].Trim();
                var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var weight);
                if (!isNumber || !double.IsFinite(weight) || weight < 0)
                {
                    throw new UsageException($"{file}, line {number}: the weight '{text}' {(isNumber && weight < 0 ? "is negative" : "is no finite number")}. Correct or remove the row: weights must be finite and not negative.");
                }
            }
        }
        catch (LakeInputException)
        {
            // The importer has already said what is wrong with the file.
        }
    }

    private static int WeightColumn(string[] header)
    {
        var names = header.Select(name => name.Trim(' ', '"').Replace("_", "", StringComparison.Ordinal).ToLowerInvariant()).ToArray();
        var at = Array.FindIndex(names, name => name is "weight" or "plays" or "playcount" or "count" or "listens" or "rating" or "score" or "value" or "times");
        return at < 0 ? 2 : at;
    }
}
