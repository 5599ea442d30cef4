using RecSys.Algorithms.Features;
using RecSys.Analytics.Listens;
using RecSys.Data.Histories;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Ranker;

namespace RecSys.Trainer.Steps;

/// <summary>Reads every listen of a log with its time and share, and what the catalogue says of the tracks.</summary>
internal sealed class ListensStep(LakeQueries queries, TrackStore tracks, DatabasePatience patience)
{
    public async Task<CataloguedListens> RunAsync(TrainingLog log, StepProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(0, "reading listens");
        var histories = await queries.ReadHistoriesAsync(log.UserIds, log.TrackIds, cancellationToken);
        var listens = ListensByUser.FromOrdered(
            log.TrackIds.Length, histories.Offsets, histories.ItemIndex, histories.Times, histories.Shares, histories.Plays);
        progress.Report(0.9, "reading the catalogue");
        var items = TrainingLog.PositionsOf(log.TrackIds);
        var catalogue = new CatalogueBuilder(log.TrackIds.Length);
        await patience.RunAsync(
            async token =>
            {
                await foreach (var track in tracks.ReadAllAsync(token))
                {
                    if (items.TryGetValue(track.TrackId, out var item))
                    {
                        catalogue.Set(item, track.Artist, track.Album, track.Genres);
                    }
                }
            },
            cancellationToken);
        progress.Report(1, $"{listens.Count:N0} listens, {catalogue.KnownCount:N0} tracks of the catalogue");
        return new CataloguedListens(listens, catalogue.Build(), catalogue.GenreNames, [.. Enumerable.Range(0, log.UserIds.Length)]);
    }
}

/// <summary>What ranking needs beside plays: every listen, and what the catalogue says of the items.</summary>
/// <param name="Listens">Users and items in a numbering of their own.</param>
/// <param name="Catalogue">Of the same items.</param>
/// <param name="GenreNames">The name of each genre index.</param>
/// <param name="UserKeys">The index that each user has in the training's log, whatever part of it this is.</param>
internal sealed record CataloguedListens(ListensByUser Listens, CatalogueIndex Catalogue, string[] GenreNames, int[] UserKeys)
    : IOutcome<CataloguedListens>
{
    /// <inheritdoc/>
    public void Write(CheckpointWriter writer)
    {
        var listens = Listens.ToInteractions();
        writer.WriteInt64(listens.UserCount);
        writer.WriteInt64(listens.ItemCount);
        writer.WriteArray(listens.UserIndices);
        writer.WriteArray(listens.ItemIndices);
        writer.WriteArray(listens.Times);
        writer.WriteArray(Listens.Shares);
        writer.WriteArray(listens.Weights);
        writer.WriteArray(Catalogue.Artists.Span);
        writer.WriteArray(Catalogue.Albums.Span);
        writer.WriteArray(Catalogue.GenreOffsets.Span);
        writer.WriteArray(Catalogue.AllGenres.Span);
        writer.WriteTexts(GenreNames);
        writer.WriteArray(UserKeys);
    }

    /// <inheritdoc/>
    public static CataloguedListens Read(CheckpointReader reader)
    {
        var (users, items) = (reader.ReadInt32(), reader.ReadInt32());
        return new CataloguedListens(
            ListensByUser.Create(
                users, items, reader.ReadArray<int>(), reader.ReadArray<int>(), reader.ReadArray<long>(), reader.ReadArray<float>(),
                reader.ReadArray<float>()),
            new CatalogueIndex(reader.ReadArray<int>(), reader.ReadArray<int>(), reader.ReadArray<long>(), reader.ReadArray<int>()),
            reader.ReadTexts(),
            reader.ReadArray<int>());
    }
}

/// <summary>Numbers artists, albums and genres in the order in which they come up.</summary>
internal sealed class CatalogueBuilder(int itemCount)
{
    private readonly Dictionary<string, int> _artists = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Artist, string Album), int> _albums = [];
    private readonly Dictionary<string, int> _genres = new(StringComparer.Ordinal);
    private readonly (int Artist, int Album, int[] Genres)?[] _items = new (int, int, int[])?[itemCount];

    /// <summary>Items that something is known of.</summary>
    public int KnownCount => _items.Count(item => item is not null);

    /// <summary>The name of each genre index.</summary>
    public string[] GenreNames => [.. _genres.Keys];

    /// <summary>Says what is known of an item; empty for unknown.</summary>
    public void Set(int itemIndex, string artist, string album, IEnumerable<string> genres)
    {
        // Albums of two artists may have one name.
        _items[itemIndex] = (
            artist.Length == 0 ? -1 : IndexOf(_artists, artist),
            album.Length == 0 ? -1 : IndexOf(_albums, (artist, album)),
            [.. genres.Where(genre => genre.Length > 0).Select(genre => IndexOf(_genres, genre)).Distinct()]);
    }

    public CatalogueIndex Build()
    {
        var offsets = new long[itemCount + 1];
        for (var item = 0; item < itemCount; item++)
        {
            offsets[item + 1] = offsets[item] + (_items[item]?.Genres.Length ?? 0);
        }

        return new CatalogueIndex(
            Array.ConvertAll(_items, item => item?.Artist ?? -1),
            Array.ConvertAll(_items, item => item?.Album ?? -1),
            offsets,
            [.. _items.SelectMany(item => item?.Genres ?? [])]);
    }

    private static int IndexOf<TKey>(Dictionary<TKey, int> indices, TKey key)
        where TKey : notnull
    {
        if (!indices.TryGetValue(key, out var index))
        {
            index = indices.Count;
            indices.Add(key, index);
        }

        return index;
    }
}
