using System.CommandLine;
using System.Text.Json.Nodes;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Contracts.Trainer.V1;
using Spectre.Console;

namespace RecSys.Cli.Models;

/// <summary><c>recsys models list|show|compare|activate|rollback|delete|export|import</c>.</summary>
internal static class ModelsCommand
{
    private delegate Task<Model> ModelCall(
        TrainerService.TrainerServiceClient trainer, string version, bool force, CancellationToken cancellationToken);

    public static Command Create() => new("models", "Look at model versions and choose the active one")
    {
        CreateList(),
        CreateOne(
            "show", "Show one version, the active one by default", ArgumentArity.ZeroOrOne,
            async (trainer, version, _, cancellationToken) =>
                (await trainer.GetModelAsync(new GetModelRequest { ModelVersion = version }, cancellationToken: cancellationToken)).Model),
        CompareModelsCommand.Create(),
        CreateOne(
            "activate", "Make a version the active one", ArgumentArity.ExactlyOne,
            async (trainer, version, force, cancellationToken) =>
                (await trainer.ActivateModelAsync(
                    new ActivateModelRequest { ModelVersion = version, Force = force }, cancellationToken: cancellationToken)).Model,
            new Option<bool>("--force") { Description = "Take a version as well that was refused for its quality" }),
        CreateOne(
            "rollback", "Make the version that was active before active again", ArgumentArity.Zero,
            async (trainer, _, _, cancellationToken) =>
                (await trainer.RollbackModelAsync(new RollbackModelRequest(), cancellationToken: cancellationToken)).Model),
        CreateDelete(),
        ModelExportCommand.Create(),
        ModelImportCommand.Create(),
    };

    private static Command CreateList()
    {
        var json = ResultWriter.CreateOption();
        var system = new SystemOptions();
        var command = new Command("list", "List the versions, newest first") { json };
        system.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var running = await system.OpenAsync(parsed, cancellationToken);
            var models = new List<Model>();
            var request = new ListModelsRequest { PageSize = 100 };
            do
            {
                var page = await running.Trainer.ListModelsAsync(request, cancellationToken: cancellationToken);
                models.AddRange(page.Models);
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);

            var result = new JsonObject { ["models"] = new JsonArray([.. models.Select(ModelText.ToJson)]) };
            await ResultWriter.From(parsed, json).WriteAsync(result, console => Print(console, models), cancellationToken);
            return 0;
        });
        return command;
    }

    private static Command CreateDelete()
    {
        var version = new Argument<string>("VERSION") { Description = "The model version; not the active one, nor the one before" };
        var json = ResultWriter.CreateOption();
        var system = new SystemOptions();
        var command = new Command("delete", "Delete a version and all its lists and factors") { version, json };
        system.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var running = await system.OpenAsync(parsed, cancellationToken);
            var deleted = parsed.GetValue(version)!;
            await running.Trainer.DeleteModelAsync(new DeleteModelRequest { ModelVersion = deleted }, cancellationToken: cancellationToken);
            await ResultWriter.From(parsed, json).WriteAsync(
                new JsonObject { ["modelVersion"] = deleted, ["deleted"] = true }, console => console.MarkupLineInterpolated($"Deleted {deleted}."), cancellationToken);
            return 0;
        });
        return command;
    }

    private static Command CreateOne(string name, string description, ArgumentArity arity, ModelCall call, Option<bool>? force = null)
    {
        var version = new Argument<string?>("VERSION") { Description = "The model version", Arity = arity };
        var json = ResultWriter.CreateOption();
        var system = new SystemOptions();
        var command = new Command(name, description) { json };
        if (arity.MaximumNumberOfValues > 0)
        {
            command.Arguments.Add(version);
        }

        if (force is not null)
        {
            command.Options.Add(force);
        }

        system.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var running = await system.OpenAsync(parsed, cancellationToken);
            var asked = arity.MaximumNumberOfValues > 0 ? parsed.GetValue(version) ?? "" : "";
            var model = await call(running.Trainer, asked, force is not null && parsed.GetValue(force), cancellationToken);
            await ResultWriter.From(parsed, json).WriteAsync(ModelText.ToJson(model), console => ModelText.Print(console, model), cancellationToken);
            return 0;
        });
        return command;
    }

    private static void Print(IAnsiConsole console, List<Model> models)
    {
        if (models.Count == 0)
        {
            console.WriteLine("No model has been trained yet. Run 'recsys train'.");
            return;
        }

        var table = Tables.Create("Version", "Status", "", "Users", "Tracks", "Interactions", "Seconds");
        foreach (var model in models)
        {
            table.AddRow(
                model.ModelVersion, model.Status.ToString().ToLowerInvariant(), model.Active ? "active" : "", $"{model.UserCount:N0}", $"{model.TrackCount:N0}",
                $"{model.InteractionCount:N0}", $"{model.TrainingTime?.ToTimeSpan().TotalSeconds ?? 0:F1}");
        }

        console.Write(table);
    }
}
