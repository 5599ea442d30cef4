namespace RecSys.Data.Models;

/// <summary>Which version answers.</summary>
/// <param name="Version">The active version.</param>
/// <param name="PreviousVersion">The version that was active before, to which a rollback returns; null when there is none.</param>
/// <param name="ActivatedAt">When the switch was made.</param>
public sealed record ActiveModel(string Version, string? PreviousVersion, DateTimeOffset ActivatedAt);
