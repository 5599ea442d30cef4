using System.ComponentModel.DataAnnotations;

namespace RecSys.Hosting.Probe;

/// <summary>Section <c>Probe</c>: one setting of each kind.</summary>
internal sealed class ProbeOptions
{
    public string Text { get; init; } = "from code";

    [Range(1, 10, ErrorMessage = "It must be from 1 to 10.")]
    public int Number { get; init; } = 5;

    public TimeSpan Span { get; init; } = TimeSpan.FromSeconds(1);

    public DayOfWeek Day { get; init; } = DayOfWeek.Monday;

    [DataType(DataType.Password)]
    [MinLength(4, ErrorMessage = "It must have at least 4 characters.")]
    public string Secret { get; init; } = "long enough";
}
