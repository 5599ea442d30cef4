using Parquet;
using Parquet.Schema;
using RecSys.Lake.Storage;

namespace RecSys.Lake.Exports;

/// <summary>Rows of lists, one for each place, that become one row group. Cleared, its memory serves the next.</summary>
internal sealed class ListRows(bool hasSources)
{
    private readonly TextBuffer _owners = new();
    private readonly TextBuffer _tracks = new();
    private readonly SourceLists? _sources = hasSources ? new SourceLists() : null;
    private float[] _scores = [];
    private int[] _ranks = [];

    /// <summary>Rows so far.</summary>
    public int Count { get; private set; }

    /// <summary>The columns of a table of lists.</summary>
    public static TableSchema SchemaOf(ListColumns columns)
    {
        var (owner, track) = (TableColumn.Text(columns.Owner), TableColumn.Text(columns.Track));
        var (score, rank) = (TableColumn.Number<float>("score"), TableColumn.Number<int>("rank"));
        return columns.HasSources
            ? new TableSchema(owner, track, score, TableColumn.TextList("sources"), rank)
            : new TableSchema(owner, track, score, rank);
    }

    /// <summary>Adds a list of texts.</summary>
    public void Add(TrackList list)
    {
        var count = list.TrackIds.Count;
        _owners.Add(_owners.Encode(list.OwnerId), count);
        for (var place = 0; place < count; place++)
        {
            _tracks.Add(list.TrackIds[place]);
            _sources?.Add(list.Sources![place]);
        }

        var scores = AddRanks(count);
        for (var place = 0; place < count; place++)
        {
            scores[place] = list.Scores[place];
        }
    }

    /// <summary>Adds a list of indices.</summary>
    /// <param name="ownerIds">The id of each owner's index, as UTF-8.</param>
    /// <param name="trackIds">The id of each track's index, as UTF-8.</param>
    /// <param name="list">The list.</param>
    public void Add(ReadOnlySpan<ReadOnlyMemory<byte>> ownerIds, ReadOnlySpan<ReadOnlyMemory<byte>> trackIds, IndexedList list)
    {
        _owners.Add(ownerIds[list.OwnerIndex], list.TrackIndices.Length);
        _tracks.Add(trackIds, list.TrackIndices.Span);
        list.Scores.Span.CopyTo(AddRanks(list.TrackIndices.Length));
    }

    /// <summary>Writes all rows as a row group.</summary>
    public Task WriteAsync(TableSchema schema, TableWriter writer) => writer.WriteGroupAsync(async group =>
    {
        await group.WriteAsync<ReadOnlyMemory<byte>>(schema[0], _owners.Texts).ConfigureAwait(false);
        await group.WriteAsync<ReadOnlyMemory<byte>>(schema[1], _tracks.Texts).ConfigureAwait(false);
        await group.WriteAsync<float>(schema[2], _scores.AsMemory(0, Count)).ConfigureAwait(false);
        if (_sources is not null)
        {
            await _sources.WriteAsync(group, schema[3]).ConfigureAwait(false);
        }

        await group.WriteAsync<int>(schema[_sources is null ? 3 : 4], _ranks.AsMemory(0, Count)).ConfigureAwait(false);
    });

    public void Clear()
    {
        _owners.Clear();
        _tracks.Clear();
        _sources?.Clear();
        Count = 0;
    }

    // Room for the scores of a list, whose ranks are there already.
    private Span<float> AddRanks(int count)
    {
        var first = Count;
        Count += count;
        if (Count > _scores.Length)
        {
            Array.Resize(ref _scores, Math.Max(Count, 2 * _scores.Length));
            Array.Resize(ref _ranks, _scores.Length);
        }

        for (var place = 0; place < count; place++)
        {
            _ranks[first + place] = place + 1;
        }

        return _scores.AsSpan(first, count);
    }

    /// <summary>
    /// The column of sources. A row's list comes as one text, separated by commas; there are few different ones, which are parted once.
    /// </summary>
    private sealed class SourceLists
    {
        private readonly Dictionary<string, ReadOnlyMemory<byte>[]> _known = new(StringComparer.Ordinal);
        private readonly TextBuffer _names = new();
        private readonly TextListBuffer _lists = new();

        public void Add(string sources)
        {
            if (!_known.TryGetValue(sources, out var names))
            {
                names = [.. sources.Split(',').Select(_names.Encode)];
                _known.Add(sources, names);
            }

            _lists.Add(names);
        }

        public Task WriteAsync(ParquetRowGroupWriter group, DataField field) => _lists.WriteAsync(group, field);

        public void Clear() => _lists.Clear();
    }
}
