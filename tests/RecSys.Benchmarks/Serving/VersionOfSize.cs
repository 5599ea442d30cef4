using RecSys.Data.Artifacts;
using RecSys.Data.Models;

namespace RecSys.Benchmarks.Serving;

/// <summary>Writes a model version of a given size, with random factors: what is in them makes no difference to loading.</summary>
internal static class VersionOfSize
{
    private const int PopularTracks = 1_000;
    private const int Links = 20;

    public static async Task WriteAsync(ModelStore models, ArtifactStore artifacts, string version, VersionSize size)
    {
        var none = CancellationToken.None;
        var random = new Random(version.GetHashCode(StringComparison.Ordinal));
        await models.BeginAsync(
            version,
            new Dictionary<string, string>
            {
                ["als.factors"] = $"{size.Factors}",
                ["als.regularization"] = "1",
                ["als.alpha"] = "40",
                ["als.confidence"] = "log",
            },
            none);
        await artifacts.WriteTextsAsync(version, ArtifactNames.UserIds, [.. Enumerable.Range(0, size.Users).Select(user => $"u{user}")], none);
        await artifacts.WriteTextsAsync(version, ArtifactNames.TrackIds, [.. Enumerable.Range(0, size.Tracks).Select(TrackId)], none);
        await WriteFactorsAsync(ArtifactNames.AlsUserFactors, size.Users);
        await WriteFactorsAsync(ArtifactNames.AlsItemFactors, size.Tracks);

        // A user's tracks are evenly spread, and so ascending.
        var heard = new int[size.Users * size.HeardOfUser];
        for (var cell = 0; cell < heard.Length; cell++)
        {
            var (user, place) = (cell / size.HeardOfUser, cell % size.HeardOfUser);
            heard[cell] = (int)(((long)place * size.Tracks / size.HeardOfUser) + (user % (size.Tracks / size.HeardOfUser)));
        }

        await artifacts.WriteInt64Async(version, ArtifactNames.HeardOffsets, Offsets(size.Users, size.HeardOfUser), none);
        await artifacts.WriteInt32Async(version, ArtifactNames.HeardItems, heard, none);
        await artifacts.WriteInt32Async(version, ArtifactNames.HeardPlays, Enumerable.Repeat(1, heard.Length).ToArray(), none);
        await artifacts.WriteInt64Async(version, ArtifactNames.OffsetsOf(ArtifactNames.ItemNeighbors), Offsets(size.Tracks, Links), none);
        await artifacts.WriteInt32Async(
            version,
            ArtifactNames.TargetsOf(ArtifactNames.ItemNeighbors),
            Enumerable.Range(0, size.Tracks * Links).Select(_ => random.Next(size.Tracks)).ToArray(),
            none);
        var weights = new float[size.Tracks * Links];
        Array.Fill(weights, 0.5f);
        await artifacts.WriteMatrixAsync(
            version, ArtifactNames.WeightsOf(ArtifactNames.ItemNeighbors), size.Tracks * Links, 1, row => weights.AsSpan(row, 1), none);
        await models.WritePopularAsync(
            version,
            Enumerable.Range(0, Math.Min(PopularTracks, size.Tracks)).Select(track => new PopularTrackRow(track + 1, TrackId(track), PopularTracks - track, 1)),
            none);
        await models.FinishAsync(
            version, new ModelResult(new Dictionary<string, double>(), size.Users, size.Tracks, heard.Length, TimeSpan.Zero), none);

        async Task WriteFactorsAsync(string name, int rows)
        {
            var row = new float[size.Factors];
            await artifacts.WriteMatrixAsync(
                version,
                name,
                rows,
                size.Factors,
                _ =>
                {
                    for (var factor = 0; factor < row.Length; factor++)
                    {
                        row[factor] = random.NextSingle() - 0.5f;
                    }

                    return row;
                },
                none);
        }
    }

    private static string TrackId(int track) => $"track-{track}";

    private static long[] Offsets(int rows, int width) => [.. Enumerable.Range(0, rows + 1).Select(row => (long)row * width)];
}
