using Parquet;
using RecSys.Data.Segments;
using RecSys.Lake.Storage;

namespace RecSys.Lake;

/// <summary>One position of a slate that was shown, as the lake keeps it. Two with the same exposure and rank are the same position.</summary>
/// <param name="ExposureId">The producer's id of the exposure, not empty.</param>
/// <param name="UserId">The producer's id of the user, not empty.</param>
/// <param name="ShownAt">When the slate was shown, kept to the microsecond.</param>
/// <param name="TrackId">The producer's id of the track, not empty.</param>
/// <param name="Rank">The position, from 1.</param>
public sealed record LakeExposure(string ExposureId, string UserId, DateTimeOffset ShownAt, string TrackId, int Rank)
{
    /// <summary>The model version that made the slate; empty when unknown.</summary>
    public string ModelVersion { get; init; } = "";

    /// <summary>The experiment that the user was in; empty when there was none.</summary>
    public string Experiment { get; init; } = "";

    /// <summary>The experiment's arm; empty when there was none.</summary>
    public string Arm { get; init; } = "";

    /// <summary>By what rule the slate was made; empty when unknown.</summary>
    public string Policy { get; init; } = "";

    /// <summary>Whether part of the system was missing and a simpler slate was shown.</summary>
    public bool IsDegraded { get; init; }

    /// <summary>What brought the track, the strongest first.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>By what the slate was ordered: finite, larger is better.</summary>
    public double Score { get; init; }

    /// <summary>Probability with which the policy shows the track at this position, above 0 and at most 1; null when unknown.</summary>
    public double? Propensity { get; init; }

    /// <summary>What is wrong with it; null when nothing is.</summary>
    internal string? Problem =>
        LakeId.ProblemOf("exposure", ExposureId)
        ?? LakeId.ProblemOf("user", UserId)
        ?? LakeId.ProblemOf("track", TrackId)
        ?? (Rank < 1 ? "has a rank below 1" : null)
        ?? (double.IsFinite(Score) ? null : "has a score that is not finite")
        ?? (Propensity is { } propensity && propensity is not (> 0 and <= 1) ? "has a propensity that is not above 0 and at most 1" : null);
}

/// <summary>The columns of exposures.</summary>
internal sealed class ExposureColumns : SegmentColumns<LakeExposure>
{
    private static readonly TableSchema Columns = new(
        TableColumn.Text("exposure_id"),
        TableColumn.Text("user_id"),
        TableColumn.Moment("shown_at"),
        TableColumn.Text("model_version"),
        TableColumn.Text("experiment"),
        TableColumn.Text("arm"),
        TableColumn.Text("policy"),
        TableColumn.Number<bool>("degraded"),
        TableColumn.Text("track_id"),
        TableColumn.Number<int>("rank"),
        TableColumn.TextList("sources"),
        TableColumn.Number<double>("score"),
        TableColumn.Number<double>("propensity", isNullable: true));

    private readonly TextBuffer[] _texts = [.. Enumerable.Range(0, 7).Select(_ => new TextBuffer())];
    private readonly TextBuffer _sourceNames = new();
    private readonly TextListBuffer _sources = new();
    private LakeExposure[] _rows = [];

    public override SegmentKind Kind => SegmentKind.Exposures;

    public override TableSchema Schema => Columns;

    public override DateTimeOffset TimeOf(LakeExposure row) => row.ShownAt;

    public override void Fill(LakeExposure[] rows)
    {
        _rows = rows;
        Array.ForEach(_texts, text => text.Clear());
        _sourceNames.Clear();
        _sources.Clear();
        foreach (var row in rows)
        {
            string[] texts = [row.ExposureId, row.UserId, row.ModelVersion, row.Experiment, row.Arm, row.Policy, row.TrackId];
            for (var i = 0; i < texts.Length; i++)
            {
                _texts[i].Add(texts[i]);
            }

            _sources.Add([.. row.Sources.Select(_sourceNames.Encode)]);
        }
    }

    public override async Task WriteAsync(ParquetRowGroupWriter group)
    {
        await WriteTextAsync(0, 0).ConfigureAwait(false);
        await WriteTextAsync(1, 1).ConfigureAwait(false);
        await group.WriteAsync<long>(Columns[2], Values(row => LakeTime.ToMicroseconds(row.ShownAt))).ConfigureAwait(false);
        for (var text = 2; text <= 5; text++)
        {
            await WriteTextAsync(text + 1, text).ConfigureAwait(false);
        }

        await group.WriteAsync<bool>(Columns[7], Values(row => row.IsDegraded)).ConfigureAwait(false);
        await WriteTextAsync(8, 6).ConfigureAwait(false);
        await group.WriteAsync<int>(Columns[9], Values(row => row.Rank)).ConfigureAwait(false);
        await _sources.WriteAsync(group, Columns[10]).ConfigureAwait(false);
        await group.WriteAsync<double>(Columns[11], Values(row => row.Score)).ConfigureAwait(false);
        await group.WriteAsync<double>(Columns[12], Values(row => row.Propensity)).ConfigureAwait(false);

        Task WriteTextAsync(int column, int text) => group.WriteAsync<ReadOnlyMemory<byte>>(Columns[column], _texts[text].Texts);

        ReadOnlyMemory<T> Values<T>(Func<LakeExposure, T> of) => Array.ConvertAll(_rows, row => of(row));
    }
}
