using System.Text.Json;
using System.Text.Json.Nodes;
using RecSys.Analytics.Reports;

namespace RecSys.Cli.Reports;

/// <summary>The figures of a report as JSON: the records' names in camel case, and what was judged of experiments.</summary>
internal static class ReportJson
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public static JsonObject Create(LakeReport report)
    {
        var json = JsonSerializer.SerializeToNode(report, Web)!.AsObject();
        foreach (var (service, node) in report.Services.Zip(json["services"]!.AsArray()))
        {
            node!.AsObject().Remove("arms");
            node["experiments"] = new JsonArray([.. service.Arms.GroupBy(arm => arm.Experiment).Select(group => (JsonNode)new JsonObject
            {
                ["experiment"] = group.Key,
                ["arms"] = new JsonArray([.. ArmResult.Of(group).Select(ToJson)]),
            })]);
        }

        return json;
    }

    private static JsonNode ToJson(ArmResult result) => new JsonObject
    {
        ["arm"] = result.Arm.Arm,
        ["users"] = result.Arm.Users,
        ["sessions"] = result.Arm.Sessions,
        ["metrics"] = new JsonObject
        {
            ["mean_time_per_session"] = new JsonObject
            {
                ["mean"] = result.Arm.MeanTimePerSession,
                ["low"] = result.Low,
                ["high"] = result.High,
                ["uplift"] = result.Uplift,
                ["upliftLow"] = result.UpliftLow,
                ["upliftHigh"] = result.UpliftHigh,
                ["significant"] = result.Significant,
            },
        },
    };
}
