using RecSys.Algorithms;
using RecSys.Algorithms.Neighbors;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Reports;

namespace RecSys.Cli.Reports;

/// <summary>Counts how many users are like a user, and how many unlike, in an imported log that says how much was played.</summary>
internal static class NeighborCount
{
    /// <summary>The counts; null when no listen says how much was played, or all pairs of users are too many for the memory.</summary>
    public static async Task<NeighborFigures?> ReadAsync(ImportedLog log, CancellationToken cancellationToken)
    {
        var users = new Dictionary<string, int>(StringComparer.Ordinal);
        var tracks = new Dictionary<string, int>(StringComparer.Ordinal);
        var userIndices = new List<int>();
        var itemIndices = new List<int>();
        var shares = new List<float>();
        await foreach (var listen in log.ReadListensAsync(cancellationToken))
        {
            if (listen.PlayedShare is { } share)
            {
                userIndices.Add(IndexOf(users, listen.UserId));
                itemIndices.Add(IndexOf(tracks, listen.TrackId));
                shares.Add(share);
            }
        }

        if (shares.Count == 0)
        {
            return null;
        }

        var listened = ListenedShares.FromListens(users.Count, tracks.Count, userIndices.ToArray(), itemIndices.ToArray(), shares.ToArray());
        try
        {
            var statistics = await Task.Run(() => UserNeighborModel.Fit(listened, cancellationToken: cancellationToken).Statistics(), cancellationToken);
            return new NeighborFigures(statistics.MeanPositiveNeighbors, statistics.MeanNegativeNeighbors, statistics.UsersWithoutNeighbors, users.Count);
        }
        catch (AlgorithmException exception) when (exception.Error == AlgorithmError.TooLarge)
        {
            return null;
        }
    }

    private static int IndexOf(Dictionary<string, int> indexOf, string id)
    {
        if (!indexOf.TryGetValue(id, out var index))
        {
            indexOf[id] = index = indexOf.Count;
        }

        return index;
    }
}
