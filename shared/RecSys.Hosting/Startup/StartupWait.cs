namespace RecSys.Hosting.Startup;

/// <summary>A startup task that hasn't succeeded yet.</summary>
/// <param name="Task">Its <see cref="IStartupTask.Name"/>.</param>
/// <param name="WaitsFor">Its <see cref="IStartupTask.WaitsFor"/>.</param>
/// <param name="Reason">Why its last attempt failed, on one line; null when it hasn't been tried or is running for the first time.</param>
/// <param name="Attempts">How often it was tried.</param>
public sealed record StartupWait(string Task, string WaitsFor, string? Reason, int Attempts);
