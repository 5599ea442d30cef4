using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Ranking.Features;
using RecSys.Trainer.Boosting;
using RecSys.Trainer.Checkpoints;
using RecSys.Trainer.Ranking;

namespace RecSys.Trainer.Trainings;

/// <summary>What the stages of candidates and ranking hand on.</summary>
internal static class RankingOutputs
{
    /// <summary>Every listen, and the catalogue.</summary>
    public static readonly StageOutput<RankingLog> Listens = new("listens", WriteLog, (reader, _) => ReadLog(reader));

    /// <summary>What the ranker learns from.</summary>
    public static readonly StageOutput<ExampleRows> Examples = new("examples", WriteExamples, (reader, _) => ReadExamples(reader));

    /// <summary>The trained ranker, if there is one.</summary>
    public static readonly StageOutput<RankerOutcome> Ranker = new("ranker", WriteOutcome, (reader, _) => ReadOutcome(reader));

    /// <summary>Sources and statistics of all listens.</summary>
    public static readonly StageOutput<RankingParts> Parts = new(
        "ranking-parts", WriteParts, (reader, values) => ReadParts(reader, values.Get(TrainingOutputs.Log).Plays.RowCount));

    private static void WriteLog(CheckpointWriter writer, RankingLog log)
    {
        var listens = log.Listens.ToInteractions();
        writer.WriteInt64(listens.UserCount);
        writer.WriteInt64(listens.ItemCount);
        writer.WriteArray(listens.UserIndices);
        writer.WriteArray(listens.ItemIndices);
        writer.WriteArray(listens.Times);
        writer.WriteArray(log.Listens.Shares);
        writer.WriteArray(listens.Weights);
        writer.WriteArray(log.Catalogue.Artists.Span);
        writer.WriteArray(log.Catalogue.Albums.Span);
        writer.WriteArray(log.Catalogue.GenreOffsets.Span);
        writer.WriteArray(log.Catalogue.AllGenres.Span);
        writer.WriteTexts(log.GenreNames);
        writer.WriteArray(log.UserKeys);
    }

    private static RankingLog ReadLog(CheckpointReader reader)
    {
        var (users, items) = (reader.ReadInt32(), reader.ReadInt32());
        return new RankingLog(
            ListeningLog.Create(
                users, items, reader.ReadArray<int>(), reader.ReadArray<int>(), reader.ReadArray<long>(), reader.ReadArray<float>(),
                reader.ReadArray<float>()),
            new CatalogueIndex(reader.ReadArray<int>(), reader.ReadArray<int>(), reader.ReadArray<long>(), reader.ReadArray<int>()),
            reader.ReadTexts(),
            reader.ReadArray<int>());
    }

    private static void WriteExamples(CheckpointWriter writer, ExampleRows examples)
    {
        writer.WriteInt64(examples.CutCount);
        writer.WriteInt64(examples.Parts.Count);
        foreach (var part in examples.Parts)
        {
            writer.WriteInt64(part.IsValidation ? 1 : 0);
            writer.WriteInt64(part.Fold);
            writer.WriteArray(part.Rows.Values);
            writer.WriteArray(part.Rows.Labels);
            writer.WriteArray(part.Rows.GroupSizes);
        }
    }

    private static ExampleRows ReadExamples(CheckpointReader reader)
    {
        var cutCount = reader.ReadInt32();
        var parts = new ExamplePart[reader.ReadInt32()];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = new ExamplePart(
                reader.ReadInt64() == 1,
                reader.ReadInt32(),
                new BoostingRows(reader.ReadArray<float>(), reader.ReadArray<float>(), reader.ReadArray<int>()));
        }

        return new ExampleRows(parts, cutCount);
    }

    private static void WriteOutcome(CheckpointWriter writer, RankerOutcome outcome)
    {
        writer.WriteArray(outcome.Trees);
        writer.WriteText(outcome.Message);
        writer.WriteTexts([.. outcome.Metrics.Keys]);
        writer.WriteArray(outcome.Metrics.Values.ToArray());
        writer.WriteTexts(outcome.Features);
        writer.WriteArray(outcome.Gains);
        writer.WriteArray(outcome.UserNdcg);
    }

    private static RankerOutcome ReadOutcome(CheckpointReader reader) => new(
        reader.ReadArray<byte>(),
        reader.ReadText(),
        reader.ReadTexts().Zip(reader.ReadArray<double>()).ToDictionary(pair => pair.First, pair => pair.Second),
        reader.ReadTexts(),
        reader.ReadArray<double>(),
        reader.ReadArray<float>());

    private static void WriteParts(CheckpointWriter writer, RankingParts parts)
    {
        foreach (var links in new[] { parts.ItemNeighbors, parts.UserNeighbors, parts.Next })
        {
            writer.WriteInt64(links is null ? 0 : 1);
            if (links is not null)
            {
                writer.WriteArray(links.Offsets.Span);
                writer.WriteArray(links.AllTargets.Span);
                writer.WriteArray(links.AllWeights.Span);
            }
        }

        writer.WriteArray(parts.Statistics.Values.Span);
    }

    private static RankingParts ReadParts(CheckpointReader reader, int userCount)
    {
        return new RankingParts(ReadLinks(), ReadLinks(), ReadLinks(), new ItemStatistics(reader.ReadArray<float>(), userCount));

        // What was written is whole; the checkpoint looks after that.
        ItemLinks? ReadLinks() => reader.ReadInt64() == 0
            ? null
            : new ItemLinks(reader.ReadArray<long>(), reader.ReadArray<int>(), reader.ReadArray<float>(), int.MaxValue);
    }
}
