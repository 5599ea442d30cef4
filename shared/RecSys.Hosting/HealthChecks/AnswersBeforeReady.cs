namespace RecSys.Hosting.HealthChecks;

/// <summary>Endpoint metadata: answered while startup tasks are still waiting.</summary>
internal sealed class AnswersBeforeReady
{
    public static readonly AnswersBeforeReady Instance = new();

    private AnswersBeforeReady()
    {
    }
}
