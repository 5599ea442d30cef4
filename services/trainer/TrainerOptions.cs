using System.ComponentModel.DataAnnotations;

namespace RecSys.Trainer;

/// <summary>
/// Settings of the trainer service, section <c>Trainer</c>. What a single training can be told is in
/// <see cref="Settings.TrainingSettings"/>.
/// </summary>
internal sealed class TrainerOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Trainer";

    /// <summary>
    /// Ready versions that are kept, 1 to 1,000, the newest first; older ones are deleted after a training, but never the active
    /// or the previous one. Default 5.
    /// </summary>
    [Range(1, 1_000, ErrorMessage = "It must be 1 to 1000.")]
    public int KeptVersions { get; init; } = 5;

    /// <summary>
    /// Trains again when the last training began so long ago, from a minute to a year; 0, the default, never.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "366.00:00:00", ErrorMessage = "It must be from 00:00:00 (off) to 366.00:00:00 (days.hh:mm:ss).")]
    public TimeSpan RetrainEvery { get; init; }

    /// <summary>
    /// Trains again when the lake has grown by so many listens since the last training, 0 to 1,000,000,000,000; 0, the default, never.
    /// </summary>
    [Range(0, 1_000_000_000_000, ErrorMessage = "It must be 0 (off) to 1000000000000.")]
    public long RetrainAfterListens { get; init; }

    /// <summary>
    /// Refreshes the active version when it is so old and the lake has grown since, from a second to a year; 0, the default, never.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "366.00:00:00", ErrorMessage = "It must be from 00:00:00 (off) to 366.00:00:00 (days.hh:mm:ss).")]
    public TimeSpan RefreshEvery { get; init; }

    /// <summary>
    /// How often the schedule looks whether something is due, from 100 ms to a day. Default a minute.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1000000", "1.00:00:00", ErrorMessage = "It must be from 00:00:00.1 to 1.00:00:00 (days.hh:mm:ss).")]
    public TimeSpan ScheduleInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A file of settings for scheduled trainings (docs/training.md); empty, the default, for the defaults.</summary>
    public string ScheduleSettings { get; init; } = "";

    /// <summary>
    /// The folder in which unfinished trainings keep what their finished steps made, so that a killed one goes on from there;
    /// absolute or relative to the working directory, of one trainer alone. Default <c>.recsys/work</c>.
    /// </summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "It must name a folder.")]
    public string WorkFolder { get; init; } = Path.Combine(".recsys", "work");

    /// <summary>
    /// For how long after its beginning a training that did not end may be taken up again, from none to 30 days. Default a day.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00", ErrorMessage = "It must be from 00:00:00 to 30.00:00:00 (days.hh:mm:ss).")]
    public TimeSpan ResumeWithin { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How long a training waits for a database that went away before it fails, from none to a day. Default 10 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00", ErrorMessage = "It must be from 00:00:00 to 1.00:00:00 (days.hh:mm:ss).")]
    public TimeSpan DatabasePatience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Segments of a date from which they are merged in the background, 0 to 10,000; 0 merges none, 1 is as 2. Default 64.
    /// </summary>
    [Range(0, 10_000, ErrorMessage = "It must be 0 to 10,000.")]
    public int CompactFromSegments { get; init; } = 64;

    /// <summary>Days after which exposures are removed from the lake, 0 to 36,500; 0 keeps them for ever. Default 180.</summary>
    [Range(0, 36_500, ErrorMessage = "It must be 0 (for ever) to 36500.")]
    public int ExposureDays { get; init; } = 180;

    /// <summary>
    /// How often the trainer looks for deleted people of whom something is left in files and models, 100 ms to 12 hours. Default a minute.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1000000", "12:00:00", ErrorMessage = "It must be from 00:00:00.1 to 12:00:00.")]
    public TimeSpan ErasureInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long files stay from which somebody was erased, for whoever reads them, 0 to 12 hours. It is longer than an answer takes, and than
    /// clocks differ. Default an hour.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "12:00:00", ErrorMessage = "It must be from 00:00:00 to 12:00:00.")]
    public TimeSpan ErasureGrace { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How often the trainer looks for dates with so many segments and for exposures that are too old, 00:00:01 to 1 day. Default 5 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "It must be from 00:00:01 to 1.00:00:00.")]
    public TimeSpan CompactInterval { get; init; } = TimeSpan.FromMinutes(5);
}
