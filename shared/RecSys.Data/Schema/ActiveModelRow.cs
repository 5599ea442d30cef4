namespace RecSys.Data.Schema;

/// <summary>The one row that says which version answers; <see cref="Id"/> is always 1.</summary>
internal sealed record ActiveModelRow(int Id, string ActiveVersion, string? PreviousVersion, DateTimeOffset ActivatedAt)
{
    public const int OnlyId = 1;
}
