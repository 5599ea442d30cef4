using System.Globalization;
using RecSys.Algorithms.Splits;

namespace RecSys.Cli.Evaluation.Data;

/// <summary>
/// Collects rows with text ids and numbers users and items: by value where all ids are whole numbers, else in ordinal order.
/// The same rows give the same indices whatever their order, so that ties between scores fall the same way.
/// </summary>
internal sealed class LogBuilder
{
    private readonly Dictionary<string, int> _userOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _itemOf = new(StringComparer.Ordinal);
    private readonly List<int> _users = [];
    private readonly List<int> _items = [];
    private readonly List<float> _weights = [];
    private readonly List<long> _times = [];

    public int RowCount => _users.Count;

    public void Add(string userId, string itemId, float weight, long time)
    {
        _users.Add(Number(_userOf, userId));
        _items.Add(Number(_itemOf, itemId));
        _weights.Add(weight);
        _times.Add(time);
    }

    /// <summary>The log with the numeric ids that a hash split needs, null where ids aren't whole numbers.</summary>
    /// <param name="withTimes">Whether the rows' times mean something.</param>
    public BuiltLog Build(bool withTimes)
    {
        var (userOrder, userKeys) = Order(_userOf);
        var (itemOrder, itemKeys) = Order(_itemOf);
        var log = new InteractionRows(
            _userOf.Count,
            _itemOf.Count,
            [.. _users.Select(user => userOrder[user])],
            [.. _items.Select(item => itemOrder[item])],
            [.. _weights],
            withTimes ? [.. _times] : null);
        return new BuiltLog(log, userKeys, itemKeys);
    }

    private static int Number(Dictionary<string, int> indexOf, string id)
    {
        if (!indexOf.TryGetValue(id, out var index))
        {
            indexOf[id] = index = indexOf.Count;
        }

        return index;
    }

    // New index of each id by its order of arrival, and the ids as numbers by their new index.
    private static (int[] Order, long[]? Keys) Order(Dictionary<string, int> indexOf)
    {
        var ids = indexOf.Keys.ToArray();
        var keys = new long[ids.Length];
        var areNumbers = true;
        for (var i = 0; i < ids.Length && areNumbers; i++)
        {
            areNumbers = long.TryParse(ids[i], NumberStyles.None, CultureInfo.InvariantCulture, out keys[i]);
        }

        if (areNumbers)
        {
            Array.Sort(keys, ids);
        }
        else
        {
            Array.Sort(ids, StringComparer.Ordinal);
        }

        var order = new int[ids.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            order[indexOf[ids[i]]] = i;
        }

        return (order, areNumbers ? keys : null);
    }
}

/// <summary>A log and, where ids are whole numbers, the ids as numbers by user and by item index.</summary>
internal sealed record BuiltLog(InteractionRows Log, long[]? UserKeys, long[]? ItemKeys);
